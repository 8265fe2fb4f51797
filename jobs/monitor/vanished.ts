import type { CheckName } from '../../operators/dataset/settings/monitoring.ts';
import { isoDate } from '../generate/calendar.ts';
import { type CheckResult, keyOf, type Subject } from './check-result.ts';
import type { Marks } from './marks.ts';
import type { MonitorPolicy } from './settings.ts';
import { type HistoryRow, type ShopHistory, summedBy } from './shop-history.ts';
import { dayWords } from './zone.ts';

/** It is gone when it has missed so many of its usual days, and after so many days it is taken for closed. */
const MISSED = 10;
const CLOSED_DAYS = 98;
/** Weeks up to its last sales, and the part of a weekday's days on which it must have traded for that weekday to be usual. */
const WEEKS = 8;
const USUALLY = 0.75;
const FEWEST_DAYS = 14;

type Kind = 'store' | 'region';

export interface VanishedSetting {
  readonly byStore: ShopHistory;
  readonly marks: Marks;
  readonly policy: Pick<MonitorPolicy, 'isOn' | 'severityOf'>;
  /** The day looked at, as a number. */
  readonly day: number;
}

/**
 * Stores and regions that are gone: one result each, about now, however long it lasts. A region explains its stores, unless it has only
 * one, which explains the region.
 */
export function vanishedChecks({ byStore, marks, policy, day }: VanishedSetting): CheckResult[] {
  const histories = [['region', summedBy(byStore, 'region')] as const];
  const hasStores = byStore.rows.some(({ subject }) => subject.store !== undefined);
  const all = [...(hasStores ? [['store', byStore] as const] : []), ...histories];
  const results = all.flatMap(([kind, history]) =>
    history.rows.flatMap((row, at) => resultOf(kind, row, silenceOf(history, at, marks, day), day)),
  );
  const kept = results
    .filter(({ check }) => policy.isOn(check as CheckName))
    .map((result) => ({ ...result, severity: policy.severityOf(result.check as CheckName, 'critical') }));
  return explained(kept, byStore);
}

/** That a store has not reported is explained by its being gone. */
export function explainedByVanished(
  results: readonly CheckResult[],
  gone: readonly CheckResult[],
): readonly CheckResult[] {
  const causes = new Map(
    gone.filter(isFailing).map(({ check, subject }) => [JSON.stringify(subject), keyOf({ check, subject })]),
  );
  return results.map((result) => {
    const cause = causes.get(JSON.stringify(result.subject));
    return result.check === 'freshness' && isFailing(result) && cause !== undefined ? { ...result, cause } : result;
  });
}

const isFailing = ({ verdict }: CheckResult) => verdict === 'failing';

interface Silence {
  /** Day of the last sales. */
  readonly since: number;
  /** Days since then on which it usually sells. */
  readonly missed: readonly number[];
}

function silenceOf(history: ShopHistory, row: number, marks: Marks, day: number): Silence | undefined {
  const { figures, first, days } = history;
  const sold = Array.from(figures.lines.subarray(row * days, row * days + day - first + 1), (lines) => lines > 0);
  const last = sold.lastIndexOf(true);
  if (last < 0 || sold.filter(Boolean).length < FEWEST_DAYS) return undefined;
  const { attributes } = history.rows[row]!; // The caller goes through them.
  const counts = (column: number) =>
    !marks.of(attributes, 'freshness', first + column).some(({ kind }) => kind !== 'promotion');
  const since = Array.from({ length: day - first - last }, (_, i) => last + 1 + i);
  const missed = since.filter((column) => counts(column) && isUsual(sold, last, column, counts));
  return { since: first + last, missed: missed.map((column) => first + column) };
}

/** Did it sell on most of the same weekdays in the weeks up to its last sales? */
function isUsual(sold: readonly boolean[], last: number, column: number, counts: (column: number) => boolean): boolean {
  const latest = last - ((((last - column) % 7) + 7) % 7);
  const alike = Array.from({ length: WEEKS }, (_, week) => latest - 7 * week).filter(
    (each) => each >= 0 && counts(each),
  );
  return alike.length >= 2 && alike.filter((each) => sold[each]).length >= USUALLY * alike.length;
}

function resultOf(kind: Kind, { subject }: HistoryRow, silence: Silence | undefined, day: number): CheckResult[] {
  if (!silence || silence.missed.length < MISSED) return [];
  const { since, missed } = silence;
  const isClosed = day - since > CLOSED_DAYS;
  const who = kind === 'region' ? `Region ${subject.region}` : `${subject.store}`;
  const message = isClosed
    ? `${who}: no sales since ${dayWords(since)}; taken for closed, nothing is waited for.`
    : `${who}: no sales since ${dayWords(since)}, though it usually sells on ${missed.length} of the days since. If it is closed, mark this as expected.`;
  return [
    {
      ...{ check: `vanished-${kind}`, subject, day: null, verdict: isClosed ? 'ok' : 'failing', severity: 'critical' },
      ...{ unit: 'count', observed: missed.length, expected: 0, low: null, high: MISSED - 1, score: null, message },
      evidence: isClosed ? {} : { days: missed.map(isoDate) },
    },
  ];
}

function explained(results: readonly CheckResult[], { rows }: ShopHistory): CheckResult[] {
  const failing = new Set(results.filter(isFailing).map(keyOf));
  const named = (check: string, subject: Subject) => {
    const key = keyOf({ check, subject });
    return failing.has(key) ? { cause: key } : {};
  };
  const storesOf = (region: string | undefined) =>
    rows.filter(({ subject, attributes }) => subject.store !== undefined && attributes.region === region);
  return results.map((result) => {
    if (!isFailing(result)) return result;
    const { store, region } = result.subject;
    if (store === undefined) {
      const [only, ...others] = storesOf(region);
      return only && others.length === 0 ? { ...result, ...named('vanished-store', only.subject) } : result;
    }
    const own = rows.find(({ subject }) => subject.store === store)?.attributes.region;
    return own !== undefined && storesOf(own).length > 1
      ? { ...result, ...named('vanished-region', { region: own }) }
      : result;
  });
}
