import { float64s, int32s, isAlone } from './arrays.ts';
import { Batch, Provenance, type Split } from './batch.ts';
import {
  type Column,
  DictionaryColumn,
  IdentifierColumn,
  NumberColumn,
  type NumberType,
  TextColumn,
} from './column.ts';
import { Dictionary } from './dictionary.ts';
import { TillstreamError } from './errors.ts';
import { Memory } from './memory.ts';

/** New texts of a dictionary, for a receiver that has those before `from`. */
interface DictionaryNews {
  readonly id: number;
  readonly from: number;
  readonly added: readonly string[];
}

type PackedColumn =
  | { readonly kind: 'number'; readonly type: NumberType; readonly scale: number; readonly values: Float64Array }
  | { readonly kind: 'dictionary'; readonly codes: Int32Array; readonly news: DictionaryNews }
  | {
      readonly kind: 'identifier';
      readonly codes: Int32Array;
      readonly numbers: Float64Array;
      readonly news: DictionaryNews;
    }
  | { readonly kind: 'text'; readonly joined: string; readonly lengths: Int32Array };

/** A batch as a message between threads: typed arrays to be transferred, joined strings, no row objects. */
export interface PackedBatch {
  readonly split: Split;
  readonly sequence: number;
  readonly port: string;
  readonly length: number;
  readonly lines: Int32Array;
  readonly columns: readonly (readonly [string, PackedColumn])[];
}

/** Turns batches into messages for one receiver. The batch packed must not be used afterwards: its arrays have moved (`batch_moved`). */
export class BatchPacker {
  /** How many of a dictionary's texts the receiver has. */
  readonly #known = new RecentDictionaries<{ count: number }>();

  pack(batch: Batch): { message: PackedBatch; transfer: ArrayBuffer[] } {
    const transfer = new Set<ArrayBuffer>();
    const columns = [...batch.columns].map(([name, column]) => {
      requireHere(name, column);
      return [name, this.#pack(`${batch.port}/${name}`, column, transfer)] as const;
    });
    const { split, sequence, port, length } = batch;
    const lines = movable(batch.provenance.lines, transfer);
    return { message: { split, sequence, port, length, lines, columns }, transfer: [...transfer] };
  }

  #pack(key: string, column: Column, transfer: Set<ArrayBuffer>): PackedColumn {
    switch (column.kind) {
      case 'number': {
        const { kind, type, scale } = column;
        return { kind, type, scale, values: movable(column.values, transfer) };
      }
      case 'dictionary':
        return { kind: column.kind, codes: movable(column.codes, transfer), news: this.#news(key, column.dictionary) };
      case 'identifier': {
        const codes = movable(column.codes, transfer);
        const numbers = movable(column.numbers, transfer);
        return { kind: column.kind, codes, numbers, news: this.#news(key, column.dictionary) };
      }
      default:
        return packTexts(column, transfer);
    }
  }

  #news(key: string, dictionary: Dictionary): DictionaryNews {
    const { id, values } = dictionary;
    const known = this.#known.of(key, id, () => ({ count: 0 }));
    const from = known.count;
    known.count = values.length;
    return { id, from, added: values.slice(from) };
  }
}

/** Branches that come together take turns with dictionaries of their own; more than so many of a column are no such thing. */
const MOST_DICTIONARIES = 8;

/** What is known of the dictionaries that a column had last. Both ends see the same ones in the same order, and so forget the same ones. */
class RecentDictionaries<Known> {
  readonly #columns = new Map<string, Map<number, Known>>();

  /** What is known of the dictionary; as `begin` makes it where it is not among the last. */
  of(column: string, id: number, begin: () => Known): Known {
    const recent = this.#columns.get(column) ?? new Map<number, Known>();
    this.#columns.set(column, recent);
    const known = recent.get(id) ?? begin();
    recent.delete(id);
    recent.set(id, known);
    const [oldest] = recent.keys();
    if (recent.size > MOST_DICTIONARIES && oldest !== undefined) recent.delete(oldest);
    return known;
  }
}

function packTexts(column: Column, transfer: Set<ArrayBuffer>): PackedColumn {
  const lengths = new Int32Array(column.length);
  const texts: string[] = [];
  for (let row = 0; row < column.length; row++) {
    const text = column.get(row);
    lengths[row] = text === null ? -1 : String(text).length;
    if (text !== null) texts.push(String(text));
  }
  return { kind: 'text', joined: texts.join(''), lengths: movable(lengths, transfer) };
}

/** An operator that emits one column in two batches would find the second one empty on the other thread. */
function requireHere(name: string, column: Column): void {
  const array = column.kind === 'number' ? column.values : 'codes' in column ? column.codes : null;
  if (!(array?.buffer instanceof ArrayBuffer) || !array.buffer.detached) return;
  const message = `column "${name}" has gone to the other thread with an earlier batch; each batch needs columns of its own`;
  throw new TillstreamError('batch_moved', message);
}

/** The array if it has its buffer to itself, else a copy that does; its buffer is put on the transfer list. */
function movable<T extends Int32Array | Float64Array>(array: T, transfer: Set<ArrayBuffer>): T {
  const { buffer } = array;
  const alone = buffer instanceof ArrayBuffer && isAlone(array) && !transfer.has(buffer);
  const own = alone ? array : (copyOf(array) as T);
  transfer.add(own.buffer as ArrayBuffer);
  return own;
}

function copyOf(array: Int32Array | Float64Array): Int32Array | Float64Array {
  const copy = array instanceof Int32Array ? int32s(array.length) : float64s(array.length);
  copy.set(array);
  return copy;
}

const NO_BYTES = Buffer.alloc(0);

/** Turns the messages of one {@link BatchPacker} back into batches. */
export class BatchUnpacker {
  readonly #dictionaries = new RecentDictionaries<Dictionary>();
  readonly #onReleased: (buffers: ArrayBuffer[]) => void;
  /** Where no record stood. */
  #nowhere = new Int32Array(0);
  #released: ArrayBuffer[] = [];

  /** `onReleased` is given the memory of batches that nobody reads any more. */
  constructor(onReleased: (buffers: ArrayBuffer[]) => void = () => {}) {
    this.#onReleased = onReleased;
  }

  unpack(packed: PackedBatch): Batch {
    const { split, sequence, port, length, columns } = packed;
    const unpacked = columns.map(([name, column]) => [name, this.#unpack(`${port}/${name}`, column)] as const);
    const provenance = this.#provenance(packed);
    for (const buffer of buffersOf(packed)) new Memory(buffer, this.#takeBack);
    return new Batch({ split, sequence, port, length, provenance, columns: new Map(unpacked) });
  }

  /** Buffers of a batch come back one by one, at once, and are sent together. */
  readonly #takeBack = ({ buffer }: Memory): void => {
    if (this.#released.length === 0) queueMicrotask(() => this.#onReleased(this.#released.splice(0)));
    this.#released.push(buffer);
  };

  #provenance({ lines, length }: PackedBatch): Provenance {
    if (this.#nowhere.length < length) this.#nowhere = new Int32Array(length);
    return new Provenance(lines, 0, NO_BYTES, this.#nowhere, this.#nowhere);
  }

  #unpack(key: string, column: PackedColumn): Column {
    switch (column.kind) {
      case 'number':
        return new NumberColumn(column.type, column.values, column.scale);
      case 'dictionary':
        return new DictionaryColumn(column.codes, this.#dictionary(key, column.news));
      case 'identifier':
        return new IdentifierColumn(column.codes, column.numbers, this.#dictionary(key, column.news));
      case 'text':
        return new TextColumn(unpackTexts(column.joined, column.lengths));
    }
  }

  #dictionary(key: string, { id, added }: DictionaryNews): Dictionary {
    const dictionary = this.#dictionaries.of(key, id, () => new Dictionary());
    for (const text of added) dictionary.encode(text);
    return dictionary;
  }
}

function unpackTexts(joined: string, lengths: Int32Array): (string | null)[] {
  let end = 0;
  return Array.from(lengths, (length) => {
    if (length < 0) return null;
    end += length;
    return joined.slice(end - length, end);
  });
}

function buffersOf({ lines, columns }: PackedBatch): ArrayBuffer[] {
  const arrays = columns.flatMap(([, column]) => arraysOf(column));
  // What has come over is no shared memory, and in no two arrays.
  return [lines, ...arrays].map(({ buffer }) => buffer as ArrayBuffer);
}

function arraysOf(column: PackedColumn): (Int32Array | Float64Array)[] {
  switch (column.kind) {
    case 'number':
      return [column.values];
    case 'dictionary':
      return [column.codes];
    case 'identifier':
      return [column.codes, column.numbers];
    case 'text':
      return [column.lengths];
  }
}
