import { isUtf8 } from 'node:buffer';
import type { Fault } from '../../engine/operator.ts';
import { dataPositions, RAW_COLUMN, REASON_COLUMN } from '../dead-letter/added-columns.ts';
import { unescapedBytes } from '../dead-letter/escaped-text.ts';
import type { DialectBytes } from './dialect.ts';
import { type ParsedRecord, parseRecord } from './parse-record.ts';
import type { RecordBlock } from './record-block.ts';
import { BROKEN_UTF8, OPEN_QUOTE, SEVERAL_RECORDS, tooLong, wrongCount } from './record-faults.ts';
import { RecordWalk } from './record-walk.ts';

/** The cells of a kept record, for the columns at `positions`; or all that is wrong with it. */
export type KeptRecord = { readonly cells: readonly string[] } | { readonly faults: Fault[] };

/** A record is cut between characters: what is left of one that was too long may lack so many bytes. */
const CUT_BYTES = 3;
/** Bytes that one byte of a record may take in the row that keeps it, and those of the other cells. */
const ESCAPED_BYTES = 4;
const OTHER_BYTES = 65_536;

/**
 * Reads the records that rows of a file of rejected records keep whole, in `tillstream_raw`, while the cells of the file's
 * own columns are blank: as they would be read in the file that they came from.
 */
export class KeptRecords {
  /** Of the file's own columns. */
  readonly positions: readonly number[];
  readonly #raw: number;
  readonly #reason: number;
  readonly #dialect: DialectBytes;
  readonly #walk: RecordWalk;

  private constructor(names: readonly string[], dialect: DialectBytes) {
    this.positions = dataPositions(names);
    this.#raw = names.indexOf(RAW_COLUMN);
    this.#reason = names.indexOf(REASON_COLUMN);
    this.#dialect = dialect;
    this.#walk = new RecordWalk(dialect);
  }

  /** Null where columns of those names keep no records. */
  static among(names: readonly string[], dialect: DialectBytes): KeptRecords | null {
    return names.includes(RAW_COLUMN) ? new KeptRecords(names, dialect) : null;
  }

  /** Most bytes of a row that keeps a record. */
  get maxRowBytes(): number {
    return this.#dialect.maxRecordBytes * ESCAPED_BYTES + OTHER_BYTES;
  }

  /** The record that a row keeps; null where it keeps none, or its own cells have been filled in. */
  in({ stride, starts, ends }: RecordBlock, bytes: Buffer, row: number): KeptRecord | null {
    const first = row * stride;
    const isFilled = (i: number) => !isBlank(bytes, starts[first + i]!, ends[first + i]!);
    if (this.positions.some(isFilled) || !isFilled(this.#raw)) return null;
    const textOf = (i: number) => bytes.toString('utf8', starts[first + i], ends[first + i]);
    const wasTooLong = this.#reason >= 0 && textOf(this.#reason) === 'record_too_long';
    return this.#read(unescapedBytes(textOf(this.#raw)), wasTooLong);
  }

  #read(record: Buffer, wasTooLong: boolean): KeptRecord {
    const parsed = this.#parse(record, wasTooLong);
    const broken = isUtf8(record) ? [] : [BROKEN_UTF8];
    if ('fault' in parsed) return { faults: [parsed.fault, ...broken] };
    const { cells } = parsed;
    const isRagged = cells.length !== this.positions.length;
    if (!isRagged && broken.length === 0) return { cells };
    return { faults: [...(isRagged ? [wrongCount(this.positions.length, cells.length)] : []), ...broken] };
  }

  #parse(record: Buffer, wasTooLong: boolean): ParsedRecord {
    const { maxRecordBytes } = this.#dialect;
    if (record.length > maxRecordBytes - (wasTooLong ? CUT_BYTES : 0)) return { fault: tooLong(maxRecordBytes, false) };
    this.#walk.reset();
    const { kind, end, next } = this.#walk.measure(record, 0, record.length, true);
    // What made it too long was a quote left open on the line that is kept, and it still is.
    if (kind === 'open' && wasTooLong) return { fault: tooLong(maxRecordBytes, true) };
    if (kind !== 'open' && next < record.length) return { fault: SEVERAL_RECORDS };
    const parsed = parseRecord(record.subarray(0, end), this.#dialect);
    return kind === 'open' && 'cells' in parsed ? { fault: OPEN_QUOTE } : parsed;
  }
}

/** No byte above the space. */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i]! > 32) return false;
  return true;
}
