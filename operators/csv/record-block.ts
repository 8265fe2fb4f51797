import { int32s, ownInt32s } from '../../engine/arrays.ts';
import type { Fault } from '../../engine/operator.ts';

/** Most records in one block. */
export const BLOCK_ROWS = 16_384;

/** A record that does not go on: with faults as a dead letter, else left out for `reason`. */
export interface Reject {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly faults: Fault[];
  readonly reason?: 'blank_row' | 'repeated_header';
}

/**
 * Bounds of some thousands of records within a buffer, in flat arrays: the cell in column `c` of row `r` is
 * `bytes[starts[r * stride + c], ends[r * stride + c])`, the whole record `bytes[recordStarts[r], recordEnds[r])`.
 */
export class RecordBlock {
  readonly stride: number;
  readonly capacity: number;
  readonly starts: Int32Array<ArrayBuffer>;
  readonly ends: Int32Array<ArrayBuffer>;
  readonly recordStarts: Int32Array;
  readonly recordEnds: Int32Array;
  readonly lines: Int32Array;
  readonly rejects: Reject[] = [];
  rows = 0;

  /**
   * `span` is the number of bytes to scan: no more records are made room for than can stand in it, and hardly more than
   * are likely to, if `recordBytes`, their length on average, is known.
   */
  constructor(stride: number, span: number, recordBytes = 0) {
    this.stride = stride;
    const shortest = Math.max(stride, recordBytes * 0.9);
    this.capacity = Math.max(1, Math.min(BLOCK_ROWS, Math.ceil(span / shortest) + 1));
    this.starts = ownInt32s(this.capacity * stride);
    this.ends = ownInt32s(this.capacity * stride);
    this.recordStarts = ownInt32s(this.capacity);
    this.recordEnds = ownInt32s(this.capacity);
    this.lines = int32s(this.capacity);
  }

  /** Takes neither rows nor rejects any more. */
  get isFull(): boolean {
    return this.rows === this.capacity || this.rejects.length >= BLOCK_ROWS;
  }

  /** Keeps only the rows for which `keep` holds. */
  retain(keep: (row: number) => boolean): void {
    let kept = 0;
    for (let row = 0; row < this.rows; row++) {
      if (!keep(row)) continue;
      if (kept !== row) this.#move(row, kept);
      kept++;
    }
    this.rows = kept;
  }

  #move(from: number, to: number): void {
    const { stride } = this;
    this.starts.copyWithin(to * stride, from * stride, (from + 1) * stride);
    this.ends.copyWithin(to * stride, from * stride, (from + 1) * stride);
    this.recordStarts[to] = this.recordStarts[from]!;
    this.recordEnds[to] = this.recordEnds[from]!;
    this.lines[to] = this.lines[from]!;
  }
}
