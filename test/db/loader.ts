import type { Tally } from '../../engine/operator.ts';
import type { Disposition, FileToLoad, OpenedFile, Warehouse, WriteTallies } from '../../operators/warehouse.ts';
import {
  addTallies,
  aggregateBatch,
  checkpointOf,
  countsOf,
  letterBatch,
  type Sale,
  salesBatch,
} from './sales-batches.ts';

export interface Load {
  readonly name: string;
  readonly sales: readonly Sale[];
  readonly disposition?: Disposition;
  readonly primaryKey?: readonly string[];
  readonly dataset?: string;
  /** Records in a batch, and batches between commits. */
  readonly batchRows?: number;
  readonly commitEvery?: number;
  readonly deadLetters?: number;
  readonly contentHash?: string;
}

export function fileToLoad(runId: number, load: Load): FileToLoad {
  const { name, disposition = 'append', primaryKey = [], dataset = 'sales', sales } = load;
  const sizeBytes = 1000 + sales.length;
  return { runId, name, path: `raw/${name}`, dataset, sizeBytes, disposition, primaryKey, fingerprint: 'one' };
}

/** Loads a file as a run would, from where it was left off; returns what it was told of the rows. */
export function load(warehouse: Warehouse, file: Load): WriteTallies {
  const runId = warehouse.startRun({ trigger: 'test', startedAt: 1_000 });
  const opened = warehouse.openFile(fileToLoad(runId, file));
  const tallies = pour(warehouse, opened, file);
  warehouse.finishRun(runId, { status: 'done', endedAt: 3_000 });
  return tallies;
}

/** Gives an opened file's records to the warehouse. `interrupt` is called before each commit, with its number. */
export function pour(
  warehouse: Warehouse,
  opened: OpenedFile,
  file: Load,
  interrupt?: (number: number) => void,
): WriteTallies {
  if (opened.status !== 'open') throw new Error(`${file.name} is unchanged`);
  const { fileId, resume } = opened;
  const { sales, batchRows = 100, commitEvery = 3, deadLetters = 0 } = file;
  const groupRows = batchRows * commitEvery;
  const groups = Math.max(1, Math.ceil(sales.length / groupRows));
  const total = {};
  for (let number = (resume?.number ?? -1) + 1; number < groups; number++) {
    const group = sales.slice(number * groupRows, (number + 1) * groupRows);
    const written: Record<string, Tally> = {};
    for (let from = 0; from < group.length; from += batchRows) {
      const firstLine = 2 + number * groupRows + from;
      addTallies(written, warehouse.insert(salesBatch(fileId, group.slice(from, from + batchRows), firstLine)));
    }
    if (group.length === 0) addTallies(written, NOTHING);
    warehouse.mergeAggregates(aggregateBatch(fileId, group));
    const letters = number === 0 ? deadLetters : 0;
    if (letters > 0)
      warehouse.insertDeadLetters(
        letterBatch(
          fileId,
          Array.from({ length: letters }, (_, i) => 1_000_000 + i),
        ),
      );
    interrupt?.(number);
    const counts = countsOf(written as unknown as WriteTallies, letters);
    warehouse.commit(
      fileId,
      checkpointOf(number, counts, { last: number === groups - 1, sha256: file.contentHash ?? `sha of ${file.name}` }),
    );
    addTallies(total, written as unknown as WriteTallies);
  }
  return total as unknown as WriteTallies;
}

const NOTHING: WriteTallies = {
  inserted: { records: 0, amount: 0 },
  updated: { records: 0, amount: 0 },
  unchanged: { records: 0, amount: 0 },
};

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Sales that look like any retailer's: returns, missing costs and stores, orders whose lines are scattered. */
export function randomSales(
  rows: number,
  random: () => number,
  { orders = 40, days = 40, products = 6, stores = 3 } = {},
): Sale[] {
  const pick = (below: number) => Math.floor(random() * below);
  const maybe = <T>(value: T): T | null => (random() < 0.1 ? null : value);
  return Array.from({ length: rows }, () => {
    const product = pick(products);
    const quantity = (pick(7) - 1) * 500;
    const revenue = maybe(quantity * (product + 1) * 7 + pick(3));
    return {
      day: random() < 0.05 ? 0 : 20_260_100 + 100 * pick(Math.ceil(days / 28)) + 1 + pick(28),
      soldAt: maybe(1_767_225_600 + pick(1_000_000)),
      store: maybe(`S${pick(stores)}`),
      region: ['North', 'South', 'East'][pick(3)]!,
      product: `P${product}`,
      category: `C${product % 2}`,
      name: maybe(`Product ${product}`),
      customer: maybe(`C-${pick(30)}`),
      order: maybe(`ORD-${String(pick(orders)).padStart(5, '0')}`),
      line: 1 + pick(4),
      payment: maybe(['card', 'cash'][pick(2)]!),
      quantity,
      unitPrice: 10_000 * (product + 1),
      discount: 0,
      revenue,
      cost: maybe(Math.trunc((revenue ?? 100) / 3)),
    };
  });
}
