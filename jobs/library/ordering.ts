import { type Step, step } from './parts.ts';

type Name<In> = keyof In & string;

/** A field to sort by: smallest first, records without a value last, unless said otherwise. */
export type SortKey<In> =
  | Name<In>
  | { readonly field: Name<In>; readonly order?: 'asc' | 'desc'; readonly missing?: 'first' | 'last' };

/** Sorts all records; what takes more than `memoryMiB` (64 unless given) waits on disk. Equal ones stay in the order in which they came. */
export function sort<In>(options: {
  /** The first one first. */
  readonly by: readonly [SortKey<In>, ...SortKey<In>[]];
  readonly memoryMiB?: number;
}): Step<In, In> {
  const by = options.by.map((key) => (typeof key === 'string' ? { field: key } : key));
  return step((draft, from) => draft.add('sort', { ...options, by }, [from]));
}

/** Which records are the best. */
export interface TopOptions<In, Rank extends string> {
  /** How many of each group go on; 10 unless given. */
  readonly k?: number;
  readonly field: Name<In>;
  /** Whether the largest come first (`desc`, unless given) or the smallest. */
  readonly order?: 'desc' | 'asc';
  /** Fields that make a group; all records are one without them. */
  readonly by?: readonly Name<In>[];
  /** Field that the rank goes into, from 1; `rank` unless given. */
  readonly rank?: Rank;
  readonly maxState?: number;
}

/** The best of each window of time. Times are seconds since 1970. */
export interface TopWindow<In> {
  readonly windowSeconds: number;
  readonly time: Name<In>;
  /** How much older than the newest record so far one may be and still be on time; 0 unless given. */
  readonly outOfOrderSeconds?: number;
}

type Ranked<In, Rank extends string> = In & { readonly [Field in Rank]: number };

/** Keeps the records of each group with the largest values, and ranks them; by window of time where there is one. */
export function topK<In, const Rank extends string = 'rank'>(
  options: TopOptions<In, Rank> & TopWindow<In>,
): Step<In, Ranked<In, Rank> & { readonly window_start: number; readonly window_end: number }>;
export function topK<In, const Rank extends string = 'rank'>(
  options: TopOptions<In, Rank> & { readonly windowSeconds?: never },
): Step<In, Ranked<In, Rank>>;
export function topK<In>(options: TopOptions<In, string> & Partial<TopWindow<In>>): Step<In, never> {
  return step((draft, from) => draft.add('top-k', { ...options }, [from]));
}

/** Whose sessions, and when one is over. */
export interface SessionOptions<In, By extends readonly Name<In>[], Id extends string, Sequence extends string> {
  /** Fields that say whose sessions they are. */
  readonly by: By;
  readonly time: Name<In>;
  /** How long nothing must happen for a session to be over; half an hour unless given. */
  readonly gapSeconds?: number;
  readonly outOfOrderSeconds?: number;
  /** Field that the session's id goes into; `session_id` unless given. */
  readonly id?: Id;
  /** Field that the record's number in its session goes into, from 1; `session_sequence` unless given. */
  readonly sequence?: Sequence;
  readonly maxState?: number;
}

/** A record with its session; one whose `by` may be missing may be in none. */
type InSession<In, By extends Name<In>, Id extends string, Sequence extends string> = In & {
  readonly [Field in Id]: string | Extract<In[By], null>;
} & { readonly [Field in Sequence]: number | Extract<In[By], null> };

/** Says of each record which session it belongs to, in order of time. */
export function sessionise<
  In,
  const By extends readonly [Name<In>, ...Name<In>[]],
  const Id extends string = 'session_id',
  const Sequence extends string = 'session_sequence',
>(options: SessionOptions<In, By, Id, Sequence>): Step<In, InSession<In, By[number], Id, Sequence>> {
  return step((draft, from) => draft.add('sessionise', { ...options }, [from]));
}
