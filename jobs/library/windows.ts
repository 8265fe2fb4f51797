import { type Step, step } from './parts.ts';

type Name<In> = keyof In & string;

/** One figure of a window: `count` of records, or what is made of the values of a field. */
export type Aggregate<In> =
  | { readonly op: 'count'; readonly field?: Name<In> }
  | { readonly op: 'sum' | 'mean' | 'min' | 'max' | 'distinct' | 'first' | 'last'; readonly field: Name<In> };

/** What every window is told. Times are seconds since 1970. */
export interface WindowOptions<In, By extends readonly Name<In>[], Aggregates> {
  /** Field with the time. */
  readonly time: Name<In>;
  /** Fields that make a group; all records are one without them. */
  readonly by?: By;
  readonly aggregates: Aggregates;
  /** How much older than the newest record so far one may be and still be on time; 0 unless said. */
  readonly outOfOrderSeconds?: number;
  /** How long a window that has closed still takes records; 0 unless said. */
  readonly allowedLatenessSeconds?: number;
  readonly earlyRecords?: number;
  readonly earlySeconds?: number;
  readonly maxState?: number;
}

type ValueAt<In, Agg> = Agg extends { readonly field: infer Field extends keyof In } ? In[Field] : never;
type Figure<In, Agg extends Aggregate<In>> = Agg extends { readonly op: 'count' | 'distinct' }
  ? number
  : Agg extends { readonly op: 'sum' | 'mean' }
    ? number | Extract<ValueAt<In, Agg>, null>
    : ValueAt<In, Agg>;

/** The record that a window gives: when it was, whose it is, its figures, and why and how often it is told. */
export type WindowRecord<
  In,
  By extends readonly Name<In>[],
  Aggregates extends Readonly<Record<string, Aggregate<In>>>,
> = {
  readonly window_start: number;
  readonly window_end: number;
  readonly pane: 'on_time' | 'early' | 'late' | 'retracted';
  readonly revision: number;
} & Pick<In, By[number]> & { readonly [Key in keyof Aggregates]: Figure<In, Aggregates[Key]> };

/** Figures of each group in windows of one size that follow each other, such as hours. */
export function tumblingWindow<
  In,
  const Aggregates extends Readonly<Record<string, Aggregate<In>>>,
  const By extends readonly Name<In>[] = [],
>(
  options: WindowOptions<In, By, Aggregates> & { readonly sizeSeconds: number; readonly offsetSeconds?: number },
): Step<In, WindowRecord<In, By, Aggregates>> {
  return windowStep('tumbling-window', options);
}

/** The same in windows that overlap: one of the size begins at every slide. */
export function slidingWindow<
  In,
  const Aggregates extends Readonly<Record<string, Aggregate<In>>>,
  const By extends readonly Name<In>[] = [],
>(
  options: WindowOptions<In, By, Aggregates> & {
    readonly sizeSeconds: number;
    readonly slideSeconds: number;
    readonly offsetSeconds?: number;
  },
): Step<In, WindowRecord<In, By, Aggregates>> {
  return windowStep('sliding-window', options);
}

/** The same in windows that last as long as records of the group follow each other closely. */
export function sessionWindow<
  In,
  const Aggregates extends Readonly<Record<string, Aggregate<In>>>,
  const By extends readonly Name<In>[] = [],
>(
  options: WindowOptions<In, By, Aggregates> & { readonly gapSeconds: number },
): Step<In, WindowRecord<In, By, Aggregates>> {
  return windowStep('session-window', options);
}

function windowStep<In, Out>(operator: string, options: object): Step<In, Out> {
  return step((draft, from) => draft.add(operator, { ...options }, [from]));
}
