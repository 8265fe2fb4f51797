import { type Static, type TObject, Type } from '@sinclair/typebox';
import { MAIN } from '../../engine/batch.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { CONDITIONS_OPTIONS } from '../filter/conditions.ts';

const Output = (description: string) => Type.String({ minLength: 1, description });

export const RouteOption = Type.Object(
  { to: Output('Name of the output.'), ...CONDITIONS_OPTIONS },
  { additionalProperties: false },
);
export type RouteOption = Static<typeof RouteOption>;

export const RouteOptions = {
  routes: Type.Array(RouteOption, {
    description: 'Outputs with their conditions; the first whose conditions a record meets takes it.',
    default: [],
  }),
  by: Type.Optional(
    Type.String({ minLength: 1, description: 'In place of `routes`: a field whose value names the output.' }),
  ),
  values: Type.Array(Output('A value, and the name of its output.'), {
    uniqueItems: true,
    description: 'With `by`: the values that have an output of their own.',
    default: [],
  }),
  otherwise: Type.Optional(Output('Output for all other records; without it they are rejected.')),
};

const All: TObject<typeof RouteOptions> = Type.Object(RouteOptions);

/** Names of the outputs, each once. Throws `bad_option` where the options leave open which there are. */
export function routeOutputs({ routes, by, values, otherwise }: Static<typeof All>): string[] {
  if ((by === undefined) === (routes.length === 0)) {
    throw badOption(
      'expected either "routes", outputs with their conditions, or "by", a field whose value names the output',
    );
  }
  if (by !== undefined && values.length === 0) throw badOption('"by" needs "values", those that have an output');
  if (by === undefined && values.length > 0) throw badOption('"values" needs "by", the field that they are values of');
  const names = by === undefined ? routes.map(({ to }) => to) : values;
  const all = [...new Set(otherwise === undefined ? names : [...names, otherwise])];
  if (all.includes(MAIN)) throw badOption(`no output can be called "${MAIN}"; choose another name`);
  return all;
}

function badOption(message: string): TillstreamError {
  return new TillstreamError('bad_option', `route: ${message}`);
}
