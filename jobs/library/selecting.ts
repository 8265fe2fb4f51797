import { type Step, step } from './parts.ts';

type Name<In> = keyof In & string;

/** When a record repeats another. */
export type DeduplicateOptions<In> = {
  /** Fields that make two records the same; all of them unless given. */
  readonly keys?: readonly Name<In>[];
  /** How many distinct records are remembered, the last ones; a million unless given. */
  readonly capacity?: number;
} & (
  | { readonly withinSeconds?: never }
  | {
      /** How far apart two may be and still be the same. */
      readonly withinSeconds: number;
      readonly time: Name<In>;
    }
);

/** Leaves out records that repeat an earlier one. */
export function deduplicate<In>(options: DeduplicateOptions<In> = {}): Step<In, In> {
  return step((draft, from) => draft.add('deduplicate', { ...options }, [from]));
}

/** Every so many records, or about such a part of them; with `by`, those with the same values are kept or left out together. */
export type SampleOptions<In> =
  | { readonly every: number; readonly fraction?: never }
  | { readonly fraction: number; readonly by?: readonly Name<In>[]; readonly every?: never };

/** Keeps a part of the records, the same in every run. */
export function sample<In>(options: SampleOptions<In>): Step<In, In> {
  return step((draft, from) => draft.add('sample', { ...options }, [from]));
}

/** Lets at most so many records a second pass; those beyond wait, and what is before them too, or are left out. */
export function throttle<In>(options: {
  readonly perSecond: number;
  /** Records that may go on at once after a pause; a tenth of `perSecond` unless given. */
  readonly burst?: number;
  readonly onExcess?: 'wait' | 'drop';
}): Step<In, In> {
  return step((draft, from) => draft.add('throttle', { ...options }, [from]));
}
