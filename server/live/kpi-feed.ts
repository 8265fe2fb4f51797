import type { Database } from 'better-sqlite3';
import { type LiveFigures, liveFigures } from '../../db/live-figures.ts';
import { MONEY_SCALE } from '../../engine/decimal.ts';
import type { LedgerEntry } from '../../engine/ledger.ts';
import type { MetricsSample } from '../../engine/metrics.ts';
import type { Tally } from '../../engine/operator.ts';
import type { FileStarted } from '../../jobs/ingest/events.ts';
import type { LiveKpi } from '../protocol.ts';
import type { WarehouseReader } from '../warehouse-reader.ts';

/** All sales there are, as the tiles show them: what is committed, and on top of it what the sink has taken since. */
export class KpiFeed {
  readonly #warehouse: WarehouseReader;
  #file: FileStarted | null = null;
  /** What earlier runs had committed of the file at hand; its sample counts from there. */
  #before: Tally = { records: 0, amount: 0 };
  /** What was read last, and of which database. */
  #last: { readonly db: Database; readonly figures: LiveFigures } | null = null;

  constructor(warehouse: WarehouseReader) {
    this.#warehouse = warehouse;
  }

  begin(file: FileStarted, committed: readonly LedgerEntry[]): void {
    this.#file = file;
    this.#before = insertedIn(committed);
    this.#last = null;
  }

  finish(): void {
    this.#file = null;
    this.#last = null;
  }

  /** The figures now. Throws what the warehouse does. */
  read(sample?: MetricsSample): LiveKpi {
    const { version, measures, committed } = this.#figures();
    if (!this.#file) return { version, provisional: false, ...measures };
    const pending = this.#pending(sample, committed);
    return {
      ...{ version, provisional: true, ...measures },
      revenue: measures.revenue + pending.amount / MONEY_SCALE,
      lines: measures.lines + pending.records,
    };
  }

  /** Summed up anew only when something was committed. */
  #figures(): LiveFigures {
    const { db, version } = this.#warehouse;
    if (this.#last?.db !== db || this.#last.figures.version !== version) {
      this.#last = { db, figures: liveFigures(db, this.#file?.fileId ?? null) };
    }
    return this.#last.figures;
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
