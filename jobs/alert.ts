import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { type AlertEventName, activeAlert, isExpected } from '../db/operations/alerts.ts';
import type { AlertSettings } from '../operators/dataset/settings/alerts.ts';
import { AlertBook } from './alert/book.ts';
import { absorbExplained, playRound } from './alert/play-round.ts';
import { type AlertEnvironment, alertPolicy } from './alert/policy.ts';
import { roundsOf } from './alert/rounds.ts';
import type { CheckResult } from './monitor/check-result.ts';

export { type FailedJob, type FailedRun, resultOfJob, resultOfRun } from './alert/failures.ts';

export interface AlertOptions {
  /** Of `openOperations`. */
  readonly db: Database;
  readonly settings?: AlertSettings;
  readonly now?: () => number;
  readonly env?: AlertEnvironment;
  readonly newKey?: () => string;
}

export interface UpdateOptions extends AlertOptions {
  readonly results: readonly CheckResult[];
}

/** How often what happened to alerts. */
export type AlertCounts = Readonly<Partial<Record<AlertEventName, number>>>;

/**
 * Opens, goes on with and resolves alerts by what checks have found, and puts who is to be told into the outbox: all of it in one
 * transaction, so that nothing is told that did not happen and nothing happens untold. The same results again tell nothing new.
 */
export function updateAlerts({ results, ...options }: UpdateOptions): AlertCounts {
  const book = bookOf(options);
  const { db } = options;
  const update = db.transaction(() => {
    const isKnown = (key: string, day: number) => activeAlert(db, key) !== undefined || isExpected(db, key, day);
    const rounds = roundsOf(results, book.policy, isKnown);
    for (const round of rounds) playRound(book, round);
    for (const round of rounds) absorbExplained(book, round);
  });
  update.immediate();
  return book.counts;
}

/** What writes alerts, now. */
export function bookOf({
  db,
  settings = {},
  now = Date.now,
  env = process.env,
  newKey = randomUUID,
}: AlertOptions): AlertBook {
  return new AlertBook({ db, policy: alertPolicy(settings, env), at: now(), newKey });
}
