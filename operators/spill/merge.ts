import { Heap } from '../order/heap.ts';
import type { Entry } from './run-file.ts';

/** One of the sorted sequences that are merged, at the entry that comes next. */
class Head {
  readonly index: number;
  readonly #chunks: AsyncIterator<Entry[]>;
  #chunk: Entry[] = [];
  #at = 0;

  constructor(index: number, chunks: AsyncIterator<Entry[]>) {
    this.index = index;
    this.#chunks = chunks;
  }

  /** Defined while {@link advance} said so. */
  get entry(): Entry {
    return this.#chunk[this.#at]!;
  }

  /** Goes on to the next entry; false if there is none. */
  advance(): boolean | Promise<boolean> {
    return ++this.#at < this.#chunk.length ? true : this.#refill();
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #refill(): Promise<boolean> {
    this.#at = 0;
    do {
      const { value, done } = await this.#chunks.next();
      if (done) return false;
      this.#chunk = value;
    } while (this.#chunk.length === 0);
    return true;
  }
}

/** Merges sorted sequences; of equal entries, those of the earlier sequence come first. */
export async function* mergeEntries(
  sequences: readonly AsyncIterator<Entry[]>[],
  compare: (a: Entry, b: Entry) => number,
): AsyncGenerator<Entry> {
  const all = sequences.map((chunks, index) => new Head(index, chunks));
  const heap = new Heap<Head>((a, b) => compare(a.entry, b.entry) || a.index - b.index);
  try {
    for (const head of all) if (await head.advance()) heap.push(head);
    for (let head = heap.pop(); head; head = heap.pop()) {
      yield head.entry;
      const more = head.advance();
      if (typeof more === 'boolean' ? more : await more) heap.push(head);
    }
  } finally {
    await Promise.all(all.map((head) => head.close()));
  }
}
