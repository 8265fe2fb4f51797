import { int32s, readableElsewhere } from './arrays.ts';
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
import { type Home, Memory } from './memory.ts';

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

/** A batch as a message between threads: typed arrays in memory that both see, joined strings, no row objects. */
export interface PackedBatch {
  /** Of its sender. */
  readonly id: number;
  readonly split: Split;
  readonly sequence: number;
  readonly port: string;
  readonly length: number;
  readonly lines: Int32Array;
  readonly columns: readonly (readonly [string, PackedColumn])[];
}

/** What the receiver of a batch says when it is done with it. */
export interface Returned {
  readonly id: number;
  /** True if somebody may read it as long as he likes. */
  readonly kept: boolean;
}

/** Turns batches into messages for one receiver, and holds the columns sent until he has done with them. */
export class BatchPacker {
  /** How many of a dictionary's texts the receiver has. */
  readonly #known = new RecentDictionaries<{ count: number }>();
  /** What batches stand in that the receiver has. */
  readonly #sent = new Map<number, readonly Memory[]>();
  #next = 0;

  pack(batch: Batch): PackedBatch {
    const sent: Memory[] = [];
    const columns = [...batch.columns].map(
      ([name, column]) => [name, this.#pack(`${batch.port}/${name}`, column, sent)] as const,
    );
    const { split, sequence, port, length } = batch;
    const lines = sendable(batch.provenance.lines, sent);
    const id = this.#next++;
    this.#sent.set(id, sent);
    return { id, split, sequence, port, length, lines, columns };
  }

  /** The receiver has done with a batch. */
  returned({ id, kept }: Returned): void {
    for (const memory of this.#sent.get(id) ?? []) {
      if (kept) memory.keep();
      memory.release();
    }
    this.#sent.delete(id);
  }

  /** The receiver says nothing more of what was sent to it. */
  forget(): void {
    this.#sent.clear();
  }

  #pack(key: string, column: Column, sent: Memory[]): PackedColumn {
    switch (column.kind) {
      case 'number': {
        const { kind, type, scale } = column;
        return { kind, type, scale, values: sendable(column.values, sent) };
      }
      case 'dictionary':
        return { kind: column.kind, codes: sendable(column.codes, sent), news: this.#news(key, column.dictionary) };
      case 'identifier': {
        const codes = sendable(column.codes, sent);
        const numbers = sendable(column.numbers, sent);
        return { kind: column.kind, codes, numbers, news: this.#news(key, column.dictionary) };
      }
      default:
        return packTexts(column, sent);
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

function packTexts(column: Column, sent: Memory[]): PackedColumn {
  const lengths = held(int32s(column.length), sent);
  const texts: string[] = [];
  for (let row = 0; row < column.length; row++) {
    const text = column.get(row);
    lengths[row] = text === null ? -1 : String(text).length;
    if (text !== null) texts.push(String(text));
  }
  return { kind: 'text', joined: texts.join(''), lengths };
}

/** The array, or a copy, held until it comes back. */
function sendable<T extends Int32Array | Float64Array>(array: T, sent: Memory[]): T {
  return held(readableElsewhere(array), sent);
}

function held<T extends Int32Array | Float64Array>(array: T, sent: Memory[]): T {
  const memory = Memory.of(array);
  if (memory) {
    memory.hold();
    sent.push(memory);
  }
  return array;
}

const NO_BYTES = Buffer.alloc(0);

/** Turns the messages of one {@link BatchPacker} back into batches. */
export class BatchUnpacker {
  readonly #dictionaries = new RecentDictionaries<Dictionary>();
  readonly #onReturned: (returned: Returned) => void;
  /** Where no record stood. */
  #nowhere = new Int32Array(0);

  /** `onReturned` is told when nobody reads a batch any more, or that somebody may for ever. */
  constructor(onReturned: (returned: Returned) => void = () => {}) {
    this.#onReturned = onReturned;
  }

  unpack(packed: PackedBatch): Batch {
    const { split, sequence, port, length, columns } = packed;
    const unpacked = columns.map(([name, column]) => [name, this.#unpack(`${port}/${name}`, column)] as const);
    const provenance = this.#provenance(packed);
    const buffers = buffersOf(packed);
    const home = homeOf(buffers.size, (kept) => this.#onReturned({ id: packed.id, kept }));
    for (const buffer of buffers) new Memory(buffer, home);
    return new Batch({ split, sequence, port, length, provenance, columns: new Map(unpacked) });
  }

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

/** The other thread's memory: it is told once, when all of it is back or any of it is kept. */
function homeOf(count: number, tell: (kept: boolean) => void): Home {
  let left = count;
  return {
    back() {
      if (--left === 0) tell(false);
    },
    kept() {
      if (left > 0) tell(true);
      left = 0;
    },
  };
}

function buffersOf({ lines, columns }: PackedBatch): Set<ArrayBufferLike> {
  const arrays = columns.flatMap(([, column]) => arraysOf(column));
  return new Set([lines, ...arrays].map(({ buffer }) => buffer));
}

/** Arrays that the columns of the batch stand in. */
function arraysOf(column: PackedColumn): (Int32Array | Float64Array)[] {
  switch (column.kind) {
    case 'number':
      return [column.values];
    case 'dictionary':
      return [column.codes];
    case 'identifier':
      return [column.codes, column.numbers];
    // Its lengths have been read.
    case 'text':
      return [];
  }
}
