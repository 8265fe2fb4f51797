import { openDatabase } from '../../db/connection.ts';
import { daysWithSales } from '../../db/monitoring/shop-days.ts';
import { openOperations } from '../../db/operations/connection.ts';
import { markedDays } from '../../db/operations/marked-days.ts';
import { readConfig } from '../../operators/dataset/config.ts';
import { dayNumber, isoDate } from '../generate/calendar.ts';
import type { Home } from '../home.ts';
import { Assessor } from './assess-day.ts';
import type { CheckResult } from './check-result.ts';
import { chosen } from './dimensions.ts';
import { profileFiles } from './profile-files.ts';
import { dayKey, dayOfKey, readHistories } from './read-history.ts';
import { resultOf } from './results.ts';
import { marksFrom, monitorPolicy } from './settings.ts';
import { localDay } from './zone.ts';

export interface BacktestOptions {
  readonly home: Home;
  /** YYYY-MM-DD; the first and the last day with sales unless given. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => number;
}

export interface Backtest {
  /** Null where there are no sales. */
  readonly from: string | null;
  readonly to: string | null;
  readonly days: number;
  /** What would have failed and is explained by nothing else, in the order of the days. */
  readonly alarms: readonly CheckResult[];
  /** How many more would have failed and pointed to one of these. */
  readonly explained: number;
}

/**
 * Makes the checks of daily figures for every day there was, each as it would have been made the day after: nothing later is looked
 * at. The calendar and what people have marked is as it is now. Nothing is kept.
 */
export async function backtest({ home, from, to, signal, now = Date.now }: BacktestOptions): Promise<Backtest> {
  const { monitoring } = await readConfig(home.config);
  const policy = monitorPolicy(monitoring);
  const warehouse = openDatabase(home.database, { readonly: true, check: 'never' });
  const operations = openOperations(home.operations);
  try {
    const known = daysWithSales(warehouse, dayKey(localDay(now(), policy.timeZone) - 1));
    if (!known) return { from: null, to: null, days: 0, alarms: [], explained: 0 };
    profileFiles(warehouse, operations, { mostRecords: Number.POSITIVE_INFINITY, signal });
    const [first, last] = [dayOfKey(known.first), dayOfKey(known.last)];
    const start = Math.max(first, from === undefined ? first : dayNumber(from));
    const end = Math.min(last, to === undefined ? last : dayNumber(to));
    const histories = readHistories(warehouse, operations, { first, last: end }, { dimensions: policy.dimensions });
    const marks = marksFrom(policy.calendar, markedDays(operations));
    const assessor = new Assessor(histories, { limits: policy.limits, marks, fewest: policy.fewest });
    const alarms: CheckResult[] = [];
    let explained = 0;
    for (let day = start; day <= end; day++) {
      signal?.throwIfAborted();
      const findings = chosen(assessor.assess(day - first), policy.dimensions);
      const failing = findings.filter(({ verdict }) => verdict === 'failing');
      const roots = failing.filter(({ cause }) => cause === undefined);
      explained += failing.length - roots.length;
      alarms.push(...roots.map((finding) => resultOf(finding, first, policy.fewest)));
    }
    return { from: isoDate(start), to: isoDate(end), days: Math.max(0, end - start + 1), alarms, explained };
  } finally {
    operations.close();
    warehouse.close();
  }
}
