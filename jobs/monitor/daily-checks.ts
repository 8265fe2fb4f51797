import type { Database } from 'better-sqlite3';
import { daysWithSales } from '../../db/monitoring/shop-days.ts';
import { fileDays } from '../../db/operations/file-days.ts';
import { Arrivals } from './arrivals.ts';
import { Assessor, type Histories } from './assess-day.ts';
import type { CheckResult } from './check-result.ts';
import { chosen } from './dimensions.ts';
import type { Finding } from './finding.ts';
import type { Marks } from './marks.ts';
import { WINDOW_DAYS } from './movement.ts';
import { dayKey, dayOfKey, readHistories } from './read-history.ts';
import { resultOf } from './results.ts';
import type { MonitorPolicy } from './settings.ts';
import type { ShopHistory } from './shop-history.ts';
import { dayWords, localDay, startOfDay } from './zone.ts';

/** What a year's season needs besides the window. */
const YEAR_DAYS = 364 + 10;
/** A shop that has said nothing for so long is a history, not a silence. */
const ASLEEP_DAYS = 35;
/** Days that a complete one is looked for before the last. */
const BACK = 5;

export interface DailyChecks {
  /** The last day that was looked at, as a number; undefined where there was none. */
  readonly day: number | undefined;
  readonly results: readonly CheckResult[];
  readonly histories: Histories;
}

export interface DailySetting {
  readonly warehouse: Database;
  readonly operations: Database;
  readonly policy: MonitorPolicy;
  readonly marks: Marks;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The day looked at last time, as a number. */
  readonly since?: number | undefined;
  /** Days, YYYYMMDD, of which files have come since then. */
  readonly touched?: ReadonlySet<number>;
  readonly signal?: AbortSignal | undefined;
}

/** The checks of daily figures, for all completed days since the last time, and for days before of which more has come. */
export function dailyChecks(setting: DailySetting): DailyChecks {
  const { warehouse, operations, policy, marks, now, since, touched = new Set(), signal } = setting;
  const yesterday = localDay(now, policy.timeZone) - 1;
  const known = daysWithSales(warehouse, dayKey(yesterday));
  if (!known) return { day: undefined, results: [], histories: [] };
  const last = dayOfKey(known.last);
  const first = Math.max(dayOfKey(known.first), last - WINDOW_DAYS - YEAR_DAYS);
  const from = Math.max(first, last - policy.catchUpDays - WINDOW_DAYS);
  const histories = readHistories(
    warehouse,
    operations,
    { first, last },
    { pricesFrom: from, dimensions: policy.dimensions },
  );
  const assessor = new Assessor(histories, { limits: policy.limits, marks, fewest: policy.fewest });
  const arrivals = new Arrivals(
    fileDays(operations, dayKey(Math.max(first, last - ASLEEP_DAYS)), dayKey(last)),
    policy.timeZone,
  );
  const complete = completeDay(assessor, arrivals, { first, last, now });
  const oldest = Math.max(first, complete - policy.catchUpDays + 1);
  const start = Math.max(oldest, Math.min(complete, (since ?? complete - 1) + 1));
  const isDue = (day: number) => day >= start || (since !== undefined && touched.has(dayKey(day)));
  const results: CheckResult[] = [];
  for (let day = oldest; day <= complete; day++) {
    if (!isDue(day)) continue;
    signal?.throwIfAborted();
    const findings = assessor.assess(day - first);
    const stores = histories[0]?.[1];
    for (const finding of findings)
      if (isSilence(finding) && stores) finding.note = silenceNote(finding, stores, arrivals);
    results.push(...chosen(findings, policy.dimensions).map((finding) => resultOf(finding, first, policy.fewest)));
  }
  const silence = policy.limits.freshness && shopSilence({ histories, arrivals, last, yesterday, setting });
  return { day: complete, results: [...results, ...(silence ? [silence] : [])], histories };
}

function isSilence({ check, level, verdict }: Finding): boolean {
  return check === 'freshness' && level === 'store' && verdict === 'failing';
}

const nameOf = ({ row }: Pick<Finding, 'row'>) => row.subject.store ?? row.subject.region ?? '';

/** The last day of which nothing is to be waited for: every store that was due has reported, or should have. */
function completeDay(
  assessor: Assessor,
  arrivals: Arrivals,
  { first, last, now }: { first: number; last: number; now: number },
): number {
  for (let day = last; day > Math.max(first, last - BACK); day--) {
    const silent = assessor.assess(day - first).filter(isSilence);
    if (silent.every((finding) => arrivals.overdueAt(nameOf(finding), day) <= now)) return day;
  }
  return last;
}

function silenceNote(finding: Finding, { figures, rows, days, first }: ShopHistory, arrivals: Arrivals): string {
  const row = rows.indexOf(finding.row);
  let column = finding.column - 1;
  while (column >= 0 && figures.lines[row * days + column] === 0) column--;
  const usually = arrivals.usuallyWords(nameOf(finding));
  const words = column < 0 ? '' : `It has not reported since ${dayWords(first + column)}`;
  return `${words}${usually === undefined ? '' : `; it usually does ${usually}`}`;
}

interface Shop {
  readonly histories: Histories;
  readonly arrivals: Arrivals;
  readonly last: number;
  readonly yesterday: number;
  readonly setting: DailySetting;
}

/** Has the whole shop said nothing of a day on which it usually trades? */
function shopSilence({ histories, arrivals, last, yesterday, setting }: Shop): CheckResult | undefined {
  const { policy, marks, now } = setting;
  const stores = histories[0]?.[1];
  if (!stores) return undefined;
  const names = stores.rows.map(({ subject }) => subject.store ?? subject.region ?? '');
  const overdue = Array.from({ length: Math.min(yesterday - last, ASLEEP_DAYS + 1) }, (_, i) => last + 1 + i).filter(
    (day) => {
      const isMarked = marks.of({}, 'freshness', day).some(({ kind }) => kind !== 'promotion');
      const at = Math.min(...names.map((name) => arrivals.overdueAt(name, day)));
      return !isMarked && usuallyTrades(stores, day) && Math.min(at, startOfDay(day + 2, policy.timeZone)) <= now;
    },
  );
  const asleep = yesterday - last > ASLEEP_DAYS;
  const failing = overdue.length > 0 && !asleep;
  const severity = policy.limits.freshness?.severity ?? 'critical';
  const message = failing
    ? `The whole shop: nothing reported since ${dayWords(last)}; ${dayWords(overdue[0] ?? last)} is overdue.`
    : asleep
      ? `The sales end on ${dayWords(last)}; taken for a history, nothing is waited for.`
      : `The whole shop: reported up to ${dayWords(last)}.`;
  return {
    ...{ check: 'freshness', subject: {}, day: null, verdict: failing ? 'failing' : 'ok', severity, unit: 'count' },
    ...{ observed: overdue.length, expected: 0, low: null, high: 0, score: null, message, evidence: {} },
  };
}

/** Did any store trade on most of the same weekdays before? */
function usuallyTrades({ figures, first, days, rows }: ShopHistory, day: number): boolean {
  const alike = Array.from({ length: 8 }, (_, week) => day - 7 * (week + 1) - first).filter(
    (column) => column >= 0 && column < days,
  );
  const traded = alike.filter((column) => rows.some((_, row) => figures.lines[row * days + column]! > 0));
  return alike.length >= 2 && traded.length >= 0.75 * alike.length;
}
