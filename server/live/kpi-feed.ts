import { liveFigures } from '../../db/live-figures.ts';
import { MONEY_SCALE } from '../../engine/decimal.ts';
import type { LedgerEntry } from '../../engine/ledger.ts';
import type { MetricsSample } from '../../engine/metrics.ts';
import type { Tally } from '../../engine/operator.ts';
import type { FileStarted } from '../../jobs/ingest/events.ts';
import type { LiveKpi } from '../protocol.ts';
import type { WarehouseReader } from '../warehouse-reader.ts';

/** While a file loads the warehouse is asked at most so often. */
const ASK_MS = 200;

/** All sales there are, as the tiles show them: what is committed, and on top of it what the sink has taken since. */
export class KpiFeed {
  readonly #warehouse: WarehouseReader;
  #file: FileStarted | null = null;
  /** What earlier runs had committed of the file at hand; its sample counts from there. */
  #before: Tally = { records: 0, amount: 0 };
  #askedAt = Number.NEGATIVE_INFINITY;
  #last: ReturnType<typeof liveFigures> | null = null;

  constructor(warehouse: WarehouseReader) {
    this.#warehouse = warehouse;
  }

  begin(file: FileStarted, committed: readonly LedgerEntry[]): void {
    this.#file = file;
    this.#before = insertedIn(committed);
  }

  finish(): void {
    this.#file = null;
    this.#askedAt = Number.NEGATIVE_INFINITY;
  }

  /** The figures now; null when they are those that were read last. Throws what the warehouse does. */
  read(sample?: MetricsSample): LiveKpi | null {
    const now = performance.now();
    if (this.#last && this.#file && now - this.#askedAt < ASK_MS && !sample) return null;
    if (!this.#last || now - this.#askedAt >= ASK_MS || !this.#file) {
      this.#askedAt = now;
      this.#last = liveFigures(this.#warehouse.db, this.#file?.fileId ?? null);
    }
    const { version, measures, committed } = this.#last;
    if (!this.#file) return { version, provisional: false, ...measures };
    const pending = this.#pending(sample, committed);
    return {
      ...{ version, provisional: true, ...measures },
      revenue: measures.revenue + pending.amount / MONEY_SCALE,
      lines: measures.lines + pending.records,
    };
  }

  /** What the sink has inserted and not committed. A file that replaces others shows nothing before its end. */
  #pending(sample: MetricsSample | undefined, committed: readonly LedgerEntry[]): Tally {
    const sink = sample?.operators.at(-1)?.counts.written.inserted;
    if (!sink || this.#file?.disposition === 'replace') return { records: 0, amount: 0 };
    const done = insertedIn(committed);
    return {
      records: Math.max(0, this.#before.records + sink.records - done.records),
      amount: this.#before.amount + sink.amount - done.amount,
    };
  }
}

function insertedIn(entries: readonly LedgerEntry[]): Tally {
  const sum = { records: 0, amount: 0 };
  for (const { outcome, records, amount } of entries) {
    if (outcome !== 'inserted') continue;
    sum.records += records;
    sum.amount += amount;
  }
  return sum;
}
