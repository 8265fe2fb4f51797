import { Worker } from 'node:worker_threads';
import type { FactField, FactGroup } from '../../db/fact-breakdown.ts';
import { type ErrorData, reviveError } from '../../engine/errors.ts';
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

const ANSWERS_KEPT = 64;
const MOST_WAITING = 16;

/** Questions that only single sales answer, asked of a thread of their own; the same question of the same warehouse once. */
export class FactQueries {
  readonly #file: string;
  readonly #warehouse: WarehouseReader;
  readonly #answers = new Map<string, Promise<readonly FactGroup[]>>();
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #last = 0;

  constructor(file: string, warehouse: WarehouseReader) {
    this.#file = file;
    this.#warehouse = warehouse;
  }

  async ask(by: FactField, filter: KpiFilter): Promise<readonly FactGroup[]> {
    if (!this.#warehouse.exists) return [];
    const key = JSON.stringify([this.#warehouse.version, by, filter]);
    const known = this.#answers.get(key);
    if (known) return known;
    if (this.#waiting.size >= MOST_WAITING) {
      throw new ProblemError(
        'unavailable',
        'too many questions of this kind are being answered; ask again in a moment',
      );
    }
    const answer = this.#send(by, filter);
    this.#answers.set(key, answer);
    answer.catch(() => this.#answers.delete(key));
    const oldest = this.#answers.keys().next().value;
    if (this.#answers.size > ANSWERS_KEPT && oldest !== undefined) this.#answers.delete(oldest);
    return answer;
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
    const worker = new Worker(new URL('./fact-worker.ts', import.meta.url), { workerData: this.#file });
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
