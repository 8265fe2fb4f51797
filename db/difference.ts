/** Something kept that is not what the sales say. */
export interface Difference {
  /** The table, or `ledger`. */
  readonly what: string;
  /** Which row of it: `day 20261123, store_key 4`. */
  readonly where: string;
  readonly column: string;
  readonly kept: number | null;
  readonly expected: number | null;
}

/** How many of a kind are told. */
export const MOST = 100;
/** Sales that are read, and orders that are compared, between two steps. */
export const STEP = 100_000;

/** A piece of the work is done; at each somebody may stop it, or do something else, but write nothing on the same connection. */
export type Steps<T> = Generator<undefined, T>;
