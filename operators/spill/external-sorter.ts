import { existsSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { mergeEntries } from './merge.ts';
import { type Entry, type Run, readRun, syncRun, writeRun } from './run-file.ts';
import { type Scratch, scratchLost } from './scratch.ts';

/** How many files are merged at a time; each takes a buffer of 64 KiB. */
const MOST_RUNS = 64;
/** Up to here entries are part of the snapshot; more of them are written down before it. */
const SNAPSHOT_BYTES = 262_144;

/** What has been given to the sorter so far, as plain JSON. */
export interface SorterState {
  readonly made: number;
  readonly runs: readonly Run[];
  readonly entries: readonly Entry[];
}

/** Sorts entries that need not fit into memory, stably: sorted runs in files, merged at the end. */
export class ExternalSorter {
  readonly #compare: (a: Entry, b: Entry) => number;
  readonly #scratch: Scratch;
  readonly #memoryBytes: number;
  #entries: Entry[] = [];
  #bytes = 0;
  #runs: Run[] = [];
  #made = 0;
  /** Files that a checkpoint names. */
  #kept = new Set<string>();
  #begun = false;

  constructor(compare: (a: Entry, b: Entry) => number, scratch: Scratch, memoryBytes: number) {
    this.#compare = compare;
    this.#scratch = scratch;
    this.#memoryBytes = memoryBytes;
  }

  /** Whether it is time to {@link spill}. */
  get isFull(): boolean {
    return this.#bytes >= this.#memoryBytes;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += sizeOf(entry);
  }

  /** Writes what is in memory to a file. */
  async spill(): Promise<void> {
    if (this.#entries.length === 0) return;
    const entries = this.#sortedEntries();
    this.#runs.push(await this.#write(entries));
    this.#entries = [];
    this.#bytes = 0;
  }

  /** Before a {@link snapshot}: makes it small, and the files that it names durable. */
  async settle(): Promise<void> {
    if (this.#bytes > SNAPSHOT_BYTES) await this.spill();
    for (const { name } of this.#runs) if (!this.#kept.has(name)) await syncRun(await this.#scratch.place(name));
  }

  snapshot(): SorterState {
    this.#kept = new Set(this.#runs.map(({ name }) => name));
    return { made: this.#made, runs: [...this.#runs], entries: [...this.#entries] };
  }

  /** Throws `scratch_lost` where a file is not there any more. */
  restore({ made, runs, entries }: SorterState): void {
    for (const { name, sizeBytes } of runs) {
      const path = this.#scratch.pathOf(name);
      if (path === null || !existsSync(path) || statSync(path).size !== sizeBytes) throw scratchLost(path ?? name);
    }
    this.#begun = runs.length > 0;
    this.#made = made;
    this.#runs = [...runs];
    this.#kept = new Set(runs.map(({ name }) => name));
    for (const entry of entries) this.add(entry);
  }

  /** All entries in order. */
  async *sorted(): AsyncGenerator<Entry> {
    while (this.#runs.length > MOST_RUNS) await this.#mergeFirst();
    const memory = [this.#sortedEntries()][Symbol.iterator]();
    const inMemory: AsyncIterator<Entry[]> = { next: async () => memory.next() as IteratorResult<Entry[]> };
    yield* mergeEntries([...this.#runs.map((run) => this.#read(run)), inMemory], this.#compare);
  }

  /** Removes the files, but for those that a later run may go on with. */
  async close(finished: boolean): Promise<void> {
    if (finished || !this.#scratch.isLasting || this.#kept.size === 0) return this.#scratch.clear();
    for (const { name } of this.#runs) if (!this.#kept.has(name)) await this.#remove(name);
  }

  /** Neighbours become one, which takes their place, so that equal entries stay in order. */
  async #mergeFirst(): Promise<void> {
    const first = this.#runs.slice(0, MOST_RUNS);
    const merged = await this.#write(
      mergeEntries(
        first.map((run) => this.#read(run)),
        this.#compare,
      ),
    );
    this.#runs.splice(0, MOST_RUNS, merged);
    for (const { name } of first) if (!this.#kept.has(name)) await this.#remove(name);
  }

  async #write(entries: Iterable<Entry> | AsyncIterable<Entry>): Promise<Run> {
    // What an earlier attempt at the same input has left must not take up room.
    if (!this.#begun) await this.#scratch.clear();
    this.#begun = true;
    const name = `run-${this.#made++}.jsonl`;
    return writeRun(await this.#scratch.place(name), name, entries);
  }

  #read(run: Run): AsyncGenerator<Entry[]> {
    const path = this.#scratch.pathOf(run.name);
    if (path === null) throw scratchLost(run.name);
    return readRun(path, run);
  }

  async #remove(name: string): Promise<void> {
    const path = this.#scratch.pathOf(name);
    if (path !== null) await rm(path, { force: true });
  }

  #sortedEntries(): Entry[] {
    return this.#entries.sort(this.#compare);
  }
}

/** About what an entry takes up in memory, in bytes. */
function sizeOf([keys, record]: Entry): number {
  let size = 64 + 16 * (keys.length + record.length);
  for (const value of record) if (typeof value === 'string') size += 2 * value.length;
  return size;
}
