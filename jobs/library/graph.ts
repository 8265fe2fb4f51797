import type { Operator } from '../../engine/operator.ts';
import { type Source, type Step, step } from './parts.ts';

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
