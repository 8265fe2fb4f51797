import { defineOperator } from '../../engine/define-operator.ts';
import type { Operator } from '../../engine/operator.ts';
import { closureSpec } from './closures.ts';
import { type Sink, type Step, sink, step } from './parts.ts';

/** Sends each record one way or the other; both come together again behind. */
export function branch<In, Yes, No>(
  test: (record: In) => boolean,
  yes: Step<In, Yes>,
  no: Step<In, No>,
): Step<In, Yes | No> {
  const choose = (record: object) => (test(record as In) ? 'yes' : 'no');
  return step((draft, from) => {
    const id = draft.add(routing('branch', choose, ['yes', 'no']), { source: String(test) }, [from]);
    const ends = [yes.wire(draft, `${id}.yes`), no.wire(draft, `${id}.no`)];
    return draft.add('merge', {}, ends);
  });
}

/** The step that leaves records as they are. */
export function asIs<In>(): Step<In, In> {
  return step((_, from) => from);
}

/** Sends each record to one of several ends: the one that the function names. */
export function route<In, const Name extends string>(
  choose: (record: In) => Name,
  ends: { readonly [End in Name]: Sink<In> },
): Sink<In>;
/** Sends each record to the end that is called as its value in the field is written; others to `otherwise`, or they are rejected. */
export function route<In, const Field extends keyof In & string>(
  field: Field,
  ends: { readonly [Value in `${Extract<In[Field], string | number>}`]?: Sink<In> },
  otherwise?: Sink<In>,
): Sink<In>;
export function route<In>(
  choose: string | ((record: In) => string),
  ends: Readonly<Record<string, Sink<In> | undefined>>,
  otherwise?: Sink<In>,
): Sink<In> {
  const names = Object.keys(ends);
  // A port of its own, whatever values there are.
  const rest = `not ${names.join(' ')}`;
  return sink((draft, from) => {
    const id =
      typeof choose === 'string'
        ? draft.add('route', { by: choose, values: names, ...(otherwise && { otherwise: rest }) }, [from])
        : draft.add(routing('route', choose as (record: object) => string, names), { source: String(choose) }, [from]);
    for (const [name, end] of Object.entries(ends)) end?.wire(draft, `${id}.${name}`);
    otherwise?.wire(draft, `${id}.${rest}`);
  });
}

function routing(name: string, choose: (record: object) => string, ports: readonly string[]): Operator {
  return defineOperator({
    ...closureSpec(name),
    outputs: () => ports,
    create: () => ({
      async process(batch, out) {
        const rows = new Map(ports.map((port): [string, number[]] => [port, []]));
        batch.records.forEach((record, row) => {
          try {
            const port = choose(record);
            const chosen = rows.get(port);
            if (chosen) chosen.push(row);
            else out.deadLetter(batch, row, [{ code: 'no_route', message: `there is no output "${port}"` }]);
          } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            out.deadLetter(batch, row, [{ code: 'operator_error', message }]);
          }
        });
        for (const [port, chosen] of rows) await out.emit(batch.select(Int32Array.from(chosen)).with({ port }));
      },
    }),
  });
}
