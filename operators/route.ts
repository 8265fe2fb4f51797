import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { OperatorInstance, Outputs } from '../engine/operator.ts';
import { byConditions, byValue, type Choice } from './route/choices.ts';
import { RouteOptions, routeOutputs } from './route/options.ts';

const Options = Type.Object(RouteOptions);

class Route implements OperatorInstance {
  readonly keepsNothing = true;
  readonly #choices: readonly Choice[];
  readonly #otherwise: string | undefined;

  constructor(options: Static<typeof Options>) {
    this.#choices = options.by === undefined ? byConditions(options.routes) : [byValue(options.by, options.values)];
    this.#otherwise = options.otherwise;
  }

  async process(batch: Batch, out: Outputs): Promise<void> {
    const rows = this.#rowsByOutput(batch);
    for (const [port, chosen] of rows) {
      if (port === '') this.#reject(batch, chosen, out);
      else await out.emit(partOf(batch, chosen).with({ port }));
    }
  }

  /** Output to rows, in the order in which the options name the outputs; those that go nowhere under the empty name. */
  #rowsByOutput(batch: Batch): Map<string, number[]> {
    const ports: (string | undefined)[] = new Array(batch.length);
    for (const choose of this.#choices) choose(batch, ports);
    const rows = new Map<string, number[]>();
    for (let row = 0; row < batch.length; row++) {
      const port = ports[row] ?? this.#otherwise ?? '';
      const chosen = rows.get(port);
      if (chosen) chosen.push(row);
      else rows.set(port, [row]);
    }
    return rows;
  }

  #reject(batch: Batch, rows: readonly number[], out: Outputs): void {
    const message = 'meets the conditions of none of the outputs; add one, or name one for all others with "otherwise"';
    for (const row of rows) out.deadLetter(batch, row, [{ code: 'no_route', message }]);
  }
}

function partOf(batch: Batch, rows: readonly number[]): Batch {
  return rows.length === batch.length ? batch : batch.select(Int32Array.from(rows));
}

/** Sends each record to one of several outputs. */
export const route = defineOperator({
  name: 'route',
  summary: 'Sends each record to one of several outputs, by conditions or by the value of a field.',
  description: [
    'The first of `routes` whose conditions a record meets is where it goes (they are those of [filter](#filter)); or, with `by`, its',
    'output is called as the value of that field is, one of `values`. All others go to the output that `otherwise` names; without it they',
    'are rejected as `no_route`.',
    '',
    'Another operator takes up an output with `"from": ["route.north"]`; each needs one that does. No record is lost and none is doubled;',
    '[broadcast](#broadcast) gives each record to all outputs, and [merge](#merge) brings branches together again.',
  ].join('\n'),
  stability: 'stable',
  options: Options,
  outputs: routeOutputs,
  reasons: { no_route: 'The record meets the conditions of none of the outputs of a route in the plan.' },
  example: {
    options: { by: 'region', values: ['North', 'South'], otherwise: 'elsewhere' },
    input: [{ region: 'South' }, { region: 'West' }, { region: 'North' }],
    output: [{ region: 'North' }, { region: 'South' }, { region: 'West' }],
  },
  create: (options) => new Route(options),
});
