import type { Fault } from '../../engine/operator.ts';

/** The values that a record is looked up by, in the order of `on`, as people write them. */
export type Key = readonly string[];

/** Gives the value at a name or path of what was found. */
export type Found = (from: string) => unknown;

/** What there is for a key; null for nothing. */
export interface Finder {
  find(key: Key): Found | null;
  close?(): void;
}

/** As {@link Finder}, of what takes its time and may fail. */
export interface AsyncFinder {
  find(key: Key): Promise<Found | null | { readonly fault: Fault }>;
  close(): void;
}

/** A key as one text. */
export function keyText(key: Key): string {
  return key.length === 1 ? key[0]! : JSON.stringify(key);
}
