import { Worker } from 'node:worker_threads';
import type { FactField, FactGroup } from '../../db/fact-breakdown.ts';
import { isLoading } from '../../db/live-figures.ts';
import { type ErrorData, reviveError } from '../../engine/errors.ts';
import { QUICK_START } from '../../engine/quick-start.ts';
import { ProblemError } from '../errors.ts';
import type { KpiFilter } from '../schemas/kpi.ts';
import type { WarehouseReader } from '../warehouse-reader.ts';

export interface FactQuestion {
  readonly id: number;
  readonly by: FactField;
  readonly filter: KpiFilter;
}

export type FactAnswer =
  | { readonly id: number; readonly rows: readonly FactGroup[] }
  | { readonly id: number; readonly error: ErrorData };

interface Waiting {
  readonly resolve: (rows: readonly FactGroup[]) => void;
  readonly reject: (error: unknown) => void;
}

/** An answer and the version of the warehouse that it is of. */
export interface FactRows {
  readonly version: number;
  readonly rows: readonly FactGroup[];
}

interface Kept {
  readonly version: number;
  readonly at: number;
  readonly rows: Promise<readonly FactGroup[]>;
}

/** While a file loads, the warehouse changes several times a second; an answer then serves for so long. */
const LOADING_MS = 15_000;
const ANSWERS_KEPT = 64;
const MOST_WAITING = 16;

/** Questions that only single sales answer, asked of a thread of their own; the same question of the same warehouse once. */
export class FactQueries {
  readonly #file: string;
  readonly #warehouse: WarehouseReader;
  readonly #answers = new Map<string, Kept>();
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #last = 0;

  constructor(file: string, warehouse: WarehouseReader) {
    this.#file = file;
    this.#warehouse = warehouse;
  }

  async ask(by: FactField, filter: KpiFilter): Promise<FactRows> {
    const { version, exists, db } = this.#warehouse;
    if (!exists) return { version, rows: [] };
    const key = JSON.stringify([by, filter]);
    const known = this.#answers.get(key);
    const isRecent = known && performance.now() - known.at < LOADING_MS && isLoading(db);
    const kept = known && (known.version === version || isRecent) ? known : this.#asked(key, version, by, filter);
    return { version: kept.version, rows: await kept.rows };
  }

  #asked(key: string, version: number, by: FactField, filter: KpiFilter): Kept {
    if (this.#waiting.size >= MOST_WAITING) {
      throw new ProblemError(
        'unavailable',
        'too many questions of this kind are being answered; ask again in a moment',
      );
    }
    const kept = { version, at: performance.now(), rows: this.#send(by, filter) };
    // Put in anew, so that the first is the one that was asked longest ago.
    this.#answers.delete(key);
    this.#answers.set(key, kept);
    kept.rows.catch(() => this.#answers.delete(key));
    const oldest = this.#answers.keys().next().value;
    if (this.#answers.size > ANSWERS_KEPT && oldest !== undefined) this.#answers.delete(oldest);
    return kept;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #send(by: FactField, filter: KpiFilter): Promise<readonly FactGroup[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly FactGroup[]>();
    const id = ++this.#last;
    this.#waiting.set(id, { resolve, reject });
    this.#worker ??= this.#start();
    this.#worker.postMessage({ id, by, filter } satisfies FactQuestion);
    return promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./fact-worker.ts', import.meta.url), {
      workerData: this.#file,
      execArgv: QUICK_START,
    });
    worker.unref();
    worker.on('message', (answer: FactAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('rows' in answer) waiting?.resolve(answer.rows);
      else waiting?.reject(reviveError(answer.error));
    });
    const lost = (error: unknown) => {
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
      this.#worker = null;
    };
    worker.on('error', lost);
    worker.on('exit', () => lost(new ProblemError('unavailable', 'the question was given up')));
    return worker;
  }
}
