import { statfsSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { disagreeingDays, latestBalances, latestDrift, runTimes } from '../../db/monitoring/house.ts';
import { dayText } from '../../db/period.ts';
import type { CheckName } from '../../operators/dataset/settings/monitoring.ts';
import type { CheckFigures, CheckResult, Evidence, Severity } from './check-result.ts';
import { evidenceOf, type Misfit, told } from './inbox-checks.ts';
import { shown } from './measures.ts';
import { dayKey } from './read-history.ts';
import { median, spread } from './robust.ts';
import type { MonitorPolicy } from './settings.ts';

/** Files whose ledger is added up, runs that are compared, and days whose roll-ups are. */
const FILES = 50;
const RUNS = 30;
const FEWEST_RUNS = 5;
const DAYS = 35;
/** A run must take at least so long, and so many times as long for each record as usual, before it is called slow. */
const SLOW_SECONDS = 30;
const SLOW_TIMES = 4;

interface Found extends Partial<CheckFigures> {
  readonly check: CheckName;
  readonly ok: boolean;
  readonly severity: Severity;
  readonly message: string;
  readonly learning?: boolean;
  readonly evidence?: Evidence;
}

export interface HouseSetting {
  readonly warehouse: Database;
  readonly policy: MonitorPolicy;
  /** The folder whose disk is looked at. */
  readonly dir: string;
  /** The last day looked at, as a number. */
  readonly day: number | undefined;
  /** Files in the inbox that no dataset takes. */
  readonly misfits: readonly Misfit[];
}

/** Is the house in order: runs, files, roll-ups, disk. All results are about now. */
export function houseChecks({ warehouse, policy, dir, day, misfits }: HouseSetting): CheckResult[] {
  const found = [
    ...runtime(warehouse, policy),
    ...drift(warehouse, misfits),
    ledger(warehouse),
    ...(day === undefined ? [] : [rollUps(warehouse, day)]),
    diskSpace(dir, policy),
  ];
  return found.filter(({ check }) => policy.isOn(check)).map((each) => resultFrom(each, policy));
}

const NO_FIGURES: CheckFigures = {
  unit: 'count',
  observed: null,
  expected: null,
  low: null,
  high: null,
  score: null,
};

function resultFrom(
  { check, ok, learning = false, severity, message, evidence = {}, ...figures }: Found,
  policy: MonitorPolicy,
): CheckResult {
  const verdict = learning ? 'learning' : ok ? 'ok' : 'failing';
  const graveness = policy.severityOf(check, severity);
  return { check, subject: {}, day: null, verdict, severity: graveness, ...NO_FIGURES, ...figures, message, evidence };
}

function runtime(db: Database, { original }: MonitorPolicy): Found[] {
  const [last, ...before] = runTimes(db, RUNS);
  if (!last) return [];
  const rates = before.filter(({ records }) => records > 0).map(({ seconds, records }) => seconds / records);
  const usual = median(rates) * last.records;
  const high = Math.max(
    SLOW_SECONDS,
    usual * SLOW_TIMES,
    usual + 6 * spread(rates.map((rate) => rate * last.records - usual)),
  );
  const learning = rates.length < FEWEST_RUNS;
  const took = `The latest run took ${shown(last.seconds, 'seconds')} for ${shown(last.records, 'records')} records`;
  const evidence = { run_id: last.run_id };
  const most = original.runtimeSeconds;
  return [
    {
      ...{
        check: 'runtime',
        ok: last.seconds <= high,
        learning,
        severity: 'warning',
        unit: 'seconds',
        observed: last.seconds,
        evidence,
      },
      ...(learning
        ? { message: `${took}; still learning: ${rates.length} of ${FEWEST_RUNS} runs before.` }
        : { expected: usual, high, message: `${took}; usual would be ${shown(usual, 'seconds')}.` }),
    },
    {
      ...{
        check: 'original-runtime',
        ok: last.seconds <= most,
        severity: 'warning',
        unit: 'seconds',
        observed: last.seconds,
      },
      ...{ high: most, message: `${took}; it may take ${shown(most, 'seconds')}.`, evidence },
    },
  ];
}

function drift(db: Database, misfits: readonly Misfit[]): Found[] {
  const found = latestDrift(db);
  const files = [...new Map(found.map(({ file_id, name }) => [file_id, { file_id, name }])).values()];
  const of = (isRemoved: boolean) => found.filter(({ change }) => (change === 'removed') === isRemoved);
  const words = (some: typeof found) =>
    [...new Set(some.map(({ change, field, dataset }) => `${field} ${change} (${dataset})`))].join(', ');
  const result = (check: CheckName, severity: Severity, some: typeof found, fine: string): Found => ({
    ...{ check, ok: some.length === 0, severity, observed: some.length, expected: 0, high: 0 },
    message: some.length === 0 ? fine : `Files of the latest run are not as their dataset says: ${words(some)}.`,
    evidence: some.length === 0 ? {} : { files },
  });
  const lacking = misfits.filter((each) => each.lacksColumns);
  return [
    result('schema-drift', 'warning', of(false), 'The columns of the latest run are as the datasets say.'),
    lacking.length > 0
      ? lacksColumns(lacking)
      : result('original-columns', 'critical', of(true), 'No column was missing in the latest run.'),
  ];
}

function lacksColumns(lacking: readonly Misfit[]): Found {
  return {
    ...{ check: 'original-columns', ok: false, severity: 'critical', observed: lacking.length, expected: 0, high: 0 },
    ...{ message: `Not loaded, still in data/raw: ${told(lacking)}.`, evidence: evidenceOf(lacking) },
  };
}

function ledger(db: Database): Found {
  const balances = latestBalances(db, FILES);
  const wrong = balances.filter(({ totals }) => !totals.balanced);
  return {
    ...{ check: 'ledger', ok: wrong.length === 0, severity: 'critical', observed: wrong.length, expected: 0, high: 0 },
    message:
      wrong.length === 0
        ? `The ledger of the ${balances.length} latest files balances.`
        : `Records are unaccounted for in ${wrong.map(({ name }) => name).join(', ')}; run \`tillstream verify\`.`,
    evidence: { files: wrong.map(({ file_id, name }) => ({ file_id, name })) },
  };
}

function rollUps(db: Database, day: number): Found {
  const days = disagreeingDays(db, dayKey(day - DAYS), dayKey(day));
  return {
    ...{ check: 'roll-ups', ok: days.length === 0, severity: 'critical', observed: days.length, expected: 0, high: 0 },
    message:
      days.length === 0
        ? `The roll-ups of the last ${DAYS} days agree with each other.`
        : `The roll-ups of ${days.length} days disagree; run \`tillstream verify\`.`,
    evidence: days.length === 0 ? {} : { days: days.map((each) => dayText(each) ?? '') },
  };
}

function diskSpace(dir: string, { diskFreeBytes }: MonitorPolicy): Found {
  const { bavail, bsize } = statfsSync(dir);
  const free = bavail * bsize;
  return {
    ...{
      check: 'disk-space',
      ok: free >= diskFreeBytes,
      severity: 'critical',
      unit: 'bytes',
      observed: free,
      low: diskFreeBytes,
    },
    message: `${shown(free, 'bytes')} are free on the disk; at least ${shown(diskFreeBytes, 'bytes')} should be.`,
  };
}
