import '../fixtures/garbage.ts';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import type { Batch, FieldValues } from '../../engine/batch.ts';
import { dictionaryColumn, NumberColumn } from '../../engine/column.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import type { Fault, Operator } from '../../engine/operator.ts';
import type { Services } from '../../engine/services.ts';
import { batchOf, Collected, contextWith } from './in-memory.ts';

/** A record of a random stream: time, key and amount, any of which can be missing. */
export interface Row {
  readonly t: number | null;
  readonly k: string | null;
  readonly v: number | null;
}

/** Streams with few keys, many ties, missing values, and times that mostly go on but sometimes jump back. */
export const stream = (maxLength = 60): fc.Arbitrary<Row[]> =>
  fc
    .array(
      fc.record({
        step: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 6 }) }, fc.integer({ min: -40, max: 25 })),
        lost: fc.integer({ min: 0, max: 19 }),
        k: fc.option(fc.constantFrom('A', 'B', 'C'), { freq: 8 }),
        v: fc.option(fc.integer({ min: -5, max: 5 }), { freq: 6 }),
      }),
      { maxLength },
    )
    .map((steps) => {
      let t = 100;
      return steps.map(({ step, lost, k, v }) => {
        t += step;
        return { t: lost === 0 ? null : t, k, v };
      });
    });

/** How a stream is cut: into batches of how many records, and after which batches the operator is restarted. */
export interface Cuts {
  readonly sizes: readonly number[];
  readonly restarts: readonly boolean[];
}

export const cuts: fc.Arbitrary<Cuts> = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
  restarts: fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
});

export const UNCUT: Cuts = { sizes: [1_000_000], restarts: [false] };

/** The rows as one batch; row i stands on line i + 2. */
export function batchOfRows(rows: readonly Row[]): Batch {
  const numbers = (values: (number | null)[]) => Float64Array.from(values, (value) => value ?? Number.NaN);
  const v = new NumberColumn('decimal', numbers(rows.map((row) => row.v)), 10_000);
  return batchOf(
    [
      ['t', new NumberColumn('datetime', numbers(rows.map((row) => row.t)))],
      ['k', dictionaryColumn(rows.map((row) => row.k))],
      ['v', v],
    ],
    rows.length,
  );
}

/** A batch in parts, some of them followed by a restart. */
export function* partsOf(batch: Batch, { sizes, restarts }: Cuts): Generator<{ part: Batch; restart: boolean }> {
  for (let at = 0, i = 0; at < batch.length; i++) {
    const size = Math.min(sizes[i % sizes.length]!, batch.length - at);
    const rows = Int32Array.from({ length: size }, (_, row) => at + row);
    yield { part: batch.select(rows), restart: restarts[i % restarts.length]! };
    at += size;
  }
}

/** Keeps what becomes of records, those left out by their lines. */
export class Fates extends Collected {
  readonly lateLines: number[] = [];
  readonly leftLines: Record<string, number[]> = {};
  readonly deadLines: Record<string, number[]> = {};

  override late(batch?: Batch, rows: Int32Array = new Int32Array()): void {
    for (const row of rows) this.lateLines.push(batch!.provenance.lineOf(row)!);
  }
  override filtered(batch: Batch, rows: Int32Array, reason: string): void {
    this.leftLines[reason] = [...(this.leftLines[reason] ?? []), ...batch.select(rows).provenance.lines];
  }
  override deadLetter(batch: Batch, row: number, faults: readonly [Fault, ...Fault[]]): void {
    this.deadLines[faults[0].code] = [...(this.deadLines[faults[0].code] ?? []), batch.provenance.lineOf(row)!];
  }
  /** Lines of the records that were emitted. */
  get lines(): number[] {
    return this.batches.flatMap((batch) => [...batch.provenance.lines]);
  }
}

export interface Fed {
  readonly batch: Batch;
  readonly cuts: Cuts;
  readonly input?: string;
}

/** Plays batches to an operator, one after the other, each cut as it says; state goes through JSON at each restart. */
export async function played(
  operator: Operator,
  options: Record<string, unknown>,
  feeds: readonly Fed[],
  services: Services = {},
): Promise<Fates> {
  const out = new Fates();
  const begin = () => operator.create!(fillOptions(operator, options), contextWith(services));
  let instance = begin();
  for (const { batch, cuts: cut, input = 'main' } of feeds) {
    for (const { part, restart } of partsOf(batch, cut)) {
      await instance.process(part, out, input);
      await instance.checkpoint?.(out);
      if (!restart) continue;
      const state = JSON.stringify(instance.snapshot?.());
      await instance.close?.();
      instance = begin();
      instance.restore?.(JSON.parse(state));
    }
  }
  await instance.flush?.(out);
  await instance.close?.();
  return out;
}

/** All records with what they are, to compare runs with each other. */
export function told(out: Fates): unknown {
  return [out.records(), out.lines, out.lateLines, out.leftLines, out.deadLines];
}

/** Rows that a query finds, over tables of such rows with `seq`, their line. */
export function query(tables: Record<string, readonly Row[]>, sql: string, parameters: object = {}): FieldValues[] {
  const db = new Database(':memory:');
  try {
    for (const [name, rows] of Object.entries(tables)) {
      db.exec(`CREATE TABLE ${name} (seq INTEGER PRIMARY KEY, t INTEGER, k TEXT, v INTEGER)`);
      const insert = db.prepare(`INSERT INTO ${name} VALUES (?, ?, ?, ?)`);
      db.transaction(() => {
        for (const [i, { t, k, v }] of rows.entries()) insert.run(i + 2, t, k, v);
      })();
    }
    return db.prepare(sql).all(parameters) as FieldValues[];
  } finally {
    db.close();
  }
}

/** In any order. */
export function sorted(records: readonly unknown[]): string[] {
  return records.map((record) => JSON.stringify(record)).sort();
}
