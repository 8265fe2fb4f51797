import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from '../../db/connection.ts';
import { factBreakdown } from '../../db/fact-breakdown.ts';
import { errorData } from '../../engine/errors.ts';
import { giveWay } from '../../jobs/give-way.ts';
import type { FactAnswer, FactQuestion } from './fact-queries.ts';

giveWay();

/** Reads single sales away from the thread that serves. */
const db = openDatabase(workerData as string, { readonly: true, check: 'never' });

parentPort?.on('message', ({ id, by, filter }: FactQuestion) => {
  parentPort?.postMessage(answer(id, by, filter));
});

function answer(id: number, by: FactQuestion['by'], filter: FactQuestion['filter']): FactAnswer {
  try {
    return { id, rows: factBreakdown(db, by, filter) };
  } catch (error) {
    return { id, error: errorData(error) };
  }
}
