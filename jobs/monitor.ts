import { existsSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { openDatabase } from '../db/connection.ts';
import { type KeptResult, latestResults, saveResults } from '../db/operations/checks.ts';
import { openOperations } from '../db/operations/connection.ts';
import { markedDays } from '../db/operations/marked-days.ts';
import { readConfig } from '../operators/dataset/config.ts';
import { dayNumber, isoDate } from './generate/calendar.ts';
import type { Home } from './home.ts';
import { catalogueChecks } from './monitor/catalogue-checks.ts';
import { type CheckResult, keyOf } from './monitor/check-result.ts';
import { dailyChecks } from './monitor/daily-checks.ts';
import { houseChecks } from './monitor/house-checks.ts';
import { type Misfit, misfitsIn, unmatchedFiles } from './monitor/inbox-checks.ts';
import { lastRun } from './monitor/last-run.ts';
import { originalChecks } from './monitor/original-checks.ts';
import { profileFiles } from './monitor/profile-files.ts';
import { type MonitorPolicy, marksFrom, monitorPolicy } from './monitor/settings.ts';
import { explainedByVanished, vanishedChecks } from './monitor/vanished.ts';

export interface MonitorOptions {
  readonly home: Home;
  /** What started it: schedule, after-run, hand … */
  readonly trigger?: string;
  readonly signal?: AbortSignal;
  readonly now?: () => number;
  readonly log?: (line: string) => void;
}

export interface MonitorReport {
  /** One sentence. */
  readonly message: string;
  /** Results that fail and that nothing else explains. */
  readonly failing: number;
  /** All that was checked. */
  readonly results: readonly CheckResult[];
}

/**
 * Makes all checks and keeps what they found. Reads roll-ups, and of the newest files what they hold; writes only to the operations
 * database. Throws for a faulty configuration or a database that can't be opened, or the signal's reason.
 */
export async function runMonitor(options: MonitorOptions): Promise<MonitorReport> {
  const { home, trigger = 'hand', signal, now = Date.now, log = () => {} } = options;
  if (!existsSync(home.database)) return { message: 'there is nothing to check yet', failing: 0, results: [] };
  const config = await readConfig(home.config);
  const startedAt = now();
  const misfits = await misfitsIn(home, config, startedAt, signal);
  const operations = openOperations(home.operations);
  try {
    const warehouse = openDatabase(home.database, { readonly: true, check: 'never' });
    try {
      const results = check(warehouse, operations, {
        home,
        policy: monitorPolicy(config.monitoring),
        now: startedAt,
        misfits,
        signal,
        log,
      });
      const failing = results.filter(({ verdict, cause }) => verdict === 'failing' && cause === undefined).length;
      keep(operations, { trigger, started_at: startedAt, ended_at: now(), failing }, results);
      return { message: sentence(results, failing), failing, results };
    } finally {
      warehouse.close();
    }
  } finally {
    operations.close();
  }
}

interface Pass {
  readonly home: Home;
  readonly policy: MonitorPolicy;
  readonly now: number;
  readonly misfits: readonly Misfit[];
  readonly signal: AbortSignal | undefined;
  readonly log: (line: string) => void;
}

function check(
  warehouse: Database,
  operations: Database,
  { home, policy, now, misfits, signal, log }: Pass,
): CheckResult[] {
  const { waiting, days: touched } = profileFiles(warehouse, operations, { signal });
  if (waiting > 0) log(`${waiting} older files are looked at in the next passes`);
  const before = latestResults<CheckResult>(operations);
  const marks = marksFrom(policy.calendar, markedDays(operations));
  const since = lastDay(before);
  const daily = dailyChecks({ warehouse, operations, policy, marks, now, since, touched, signal });
  const { day, results, histories } = daily;
  const byStore = histories[0]?.[1];
  const known =
    day === undefined || !byStore
      ? []
      : [
          ...originalChecks(byStore, day, policy, results),
          ...catalogueChecks({ warehouse, policy, byStore, day, results }),
        ];
  const gone = day === undefined || !byStore ? [] : vanishedChecks({ byStore, marks, policy, day });
  const house = [
    ...houseChecks({ warehouse, policy, dir: home.dir, day, misfits }),
    ...unmatchedFiles(misfits, policy),
    ...lastRun(warehouse, operations),
  ];
  // The job of that name finds it, at night.
  const verified = before.filter((result) => result.check === 'verify' && policy.isOn('verify'));
  const found = [...explainedByVanished(results, gone), ...known, ...gone, ...house, ...verified];
  return [...found, ...recovered(before, found, day)];
}

/** The last day that figures were checked of. */
function lastDay(before: readonly CheckResult[]): number | undefined {
  const days = before
    .filter(({ check, day }) => check === 'volume' && day !== null)
    .map(({ day }) => dayNumber(day ?? ''));
  return days.length === 0 ? undefined : Math.max(...days);
}

/** What failed the last time, and is found no more: it is told to be well, so that nobody waits for it. */
function recovered(
  before: readonly CheckResult[],
  found: readonly CheckResult[],
  day: number | undefined,
): CheckResult[] {
  const keys = new Set(found.map(keyOf));
  const gone = before.filter((result) => result.verdict === 'failing' && !keys.has(keyOf(result)));
  return gone.map(({ cause: _, ...result }) => ({
    ...result,
    day: result.day === null || day === undefined ? result.day : isoDate(day),
    verdict: 'ok' as const,
    message: `${result.message.split(/[:;.]/, 1)[0]}: nothing unusual any more.`,
    evidence: {},
  }));
}

/** Keeps what is not as it was; all the rest is still in the latest results. Of a key with something new, the last is kept last. */
function keep(operations: Database, run: Parameters<typeof saveResults>[1], results: readonly CheckResult[]): void {
  const before = new Map(
    latestResults<KeptResult>(operations).map((result) => [keyOf(result), JSON.stringify(result)]),
  );
  const news = [...Map.groupBy(results, keyOf)].flatMap(([key, ofKey]) => {
    const isNew = ofKey.some((result) => before.get(key) !== JSON.stringify(result));
    return isNew ? ofKey.map((result) => [key, result] as const) : [];
  });
  saveResults(operations, run, news);
}

function sentence(results: readonly CheckResult[], failing: number): string {
  const learning = results.filter(({ verdict }) => verdict === 'learning').length;
  const parts = [`${results.length} checks`, failing === 0 ? 'none failing' : `${failing} failing`];
  if (learning > 0) parts.push(`${learning} still learning`);
  return parts.join(', ');
}
