import { defineOperator } from '../../engine/define-operator.ts';
import type { Operator } from '../../engine/operator.ts';
import { closureSpec } from './closures.ts';
import { type Source, type Step, step } from './parts.ts';

/** Sends each record one way or the other; both come together again behind. */
export function branch<In, Yes, No>(
  test: (record: In) => boolean,
  yes: Step<In, Yes>,
  no: Step<In, No>,
): Step<In, Yes | No> {
  return step((draft, from) => {
    const id = draft.add(routing(test as (record: object) => boolean), { source: String(test) }, [from]);
    const ends = [yes.wire(draft, `${id}.yes`), no.wire(draft, `${id}.no`)];
    return draft.add('merge', {}, ends);
  });
}

/** The step that leaves records as they are. */
export function asIs<In>(): Step<In, In> {
  return step((_, from) => from);
}

function routing(test: (record: object) => boolean): Operator {
  return defineOperator({
    ...closureSpec('branch'),
    outputs: () => ['yes', 'no'],
    create: () => ({
      async process(batch, out) {
        const rows: Record<'yes' | 'no', number[]> = { yes: [], no: [] };
        batch.records.forEach((record, row) => {
          try {
            rows[test(record) ? 'yes' : 'no'].push(row);
          } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            out.deadLetter(batch, row, [{ code: 'operator_error', message }]);
          }
        });
        for (const port of ['yes', 'no'] as const) {
          await out.emit(batch.select(Int32Array.from(rows[port])).with({ port }));
        }
      },
    }),
  });
}

type Name<In> = keyof In & string;

/** Which records belong together: those with equal fields `on`, at most so far apart in time. */
export interface JoinOptions<Left, Right, On extends Name<Left> & Name<Right>, Kind extends JoinKind> {
  readonly on: readonly On[];
  readonly withinSeconds: number;
  /** Whether records that find none go on: none of them (`inner`), or those of the left. */
  readonly kind?: Kind;
  readonly time: Name<Left>;
  /** What the time is called on the right; the same unless given. */
  readonly timeRight?: Name<Right>;
  readonly outOfOrderSeconds?: number;
  readonly maxState?: number;
}

export type JoinKind = 'inner' | 'left';

/** Both records in one. A field of the right that the left has too is called `…_right`. */
export type Joined<Left, Right, On extends PropertyKey, Kind extends JoinKind> = Left & {
  readonly [Key in Exclude<keyof Right, On> as Key extends keyof Left
    ? `${Key & string}_right`
    : Key]: Kind extends 'left' ? Right[Key] | null : Right[Key];
};

/** Joins each record with those of another source that belong to it. */
export function join<Left, Right, const On extends Name<Left> & Name<Right>, const Kind extends JoinKind = 'inner'>(
  right: Source<Right>,
  options: JoinOptions<Left, Right, On, Kind>,
): Step<Left, Joined<Left, Right, On, Kind>> {
  return step((draft, from) => draft.add('join', { ...options }, { left: from, right: right.wire(draft) }));
}

/** Any operator by its name in the catalogue, with its options. What it gives is for you to say. */
export function use<In, Out = In>(operator: string | Operator, options: Record<string, unknown> = {}): Step<In, Out> {
  return step((draft, from) => draft.add(operator, options, [from]));
}
