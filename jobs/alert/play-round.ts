import {
  type AlertRecord,
  activeAlert,
  isExpected,
  isOver,
  passResults,
  resultsOf,
} from '../../db/operations/alerts.ts';
import { dayOf } from '../../db/period.ts';
import { type CheckResult, keyOf } from '../monitor/check-result.ts';
import type { AlertBook } from './book.ts';
import type { Group, Round } from './rounds.ts';
import { messageOfMany, titleOf, titleOfMany } from './title.ts';

/** A group that no alert stands for yet. */
type FreshGroup = Group & { readonly leader: CheckResult };

/** What the results of one day do to the alerts there are: some recover, some go on, some are new. */
export function playRound(book: AlertBook, { day, passing, groups }: Round): void {
  const { db } = book;
  for (const [key, result] of passing) passed(book, key, result, day);
  const told = groups.filter(({ key }) => !isExpected(db, key, day) && !isOver(db, key, day));
  const fresh: FreshGroup[] = [];
  for (const group of told) {
    const { key, leader } = group;
    const alert = activeAlert(db, key);
    if (alert) goesOn(book, alert, group, day);
    // A group without a leader has a cause that is known, and so an alert.
    else if (leader) fresh.push({ ...group, leader });
  }
  const byCheck = Map.groupBy(fresh, ({ leader }) => leader.check);
  for (const [check, ofCheck] of byCheck) openFresh(book, check, ofCheck, day);
  for (const check of new Set([...passing.values()].map((result) => result.check))) endMany(book, check, day);
}

function passed(book: AlertBook, key: string, result: CheckResult, day: number): void {
  const alert = activeAlert(book.db, key);
  passResults(book.db, key, day, book.at);
  // What passed on an earlier day says nothing about the day that fails.
  if (!alert || (day > 0 && alert.day !== null && day < alert.day)) return;
  book.recover(alert, { day: day || null, result });
}

function goesOn(book: AlertBook, alert: AlertRecord, { leader, others }: Group, day: number): void {
  book.keep(alert, leader ? [leader, ...others] : others);
  const isLatest = day === 0 || alert.day === null || day >= alert.day;
  if (leader && isLatest) book.goOn(alert, { ...openingOf(leader, day) });
}

function openingOf(result: CheckResult, day: number) {
  const { severity, message } = result;
  return { severity, message, title: titleOf(result), day: day || null, result };
}

/** Alerts of what is explained by others now end; to be called when all rounds are played, since causes may be of other days. */
export function absorbExplained(book: AlertBook, { groups }: Round): void {
  for (const { key, leader, others } of groups) {
    const alert = activeAlert(book.db, key) ?? (leader && activeAlert(book.db, keyOfMany(leader.check)));
    if (alert) absorb(book, alert, others);
  }
}

function absorb(book: AlertBook, alert: AlertRecord, others: readonly CheckResult[]): void {
  for (const other of others) {
    const own = activeAlert(book.db, keyOf(other));
    const day = other.day === null ? null : dayOf(other.day);
    // What explains an earlier day says nothing about the one that its alert is about.
    const isLatest = day === null || (own?.day ?? 0) <= day;
    if (own && isLatest) book.explained(own, alert, day);
  }
}

/** Opens an alert for each group, or one for all where they are too many. */
function openFresh(book: AlertBook, check: string, groups: readonly FreshGroup[], day: number): void {
  const many = activeAlert(book.db, keyOfMany(check));
  const results = groups.flatMap(({ leader, others }) => [leader, ...others]);
  if (many) {
    book.keep(many, results);
    book.goOn(many, { ...summary(check, failingIn(book, many)), day: day || null });
  } else if (groups.length > book.policy.mostAtOnce) {
    const opening = { key: keyOfMany(check), code: check, day: day || null, result: null, results };
    book.open({ ...opening, ...summary(check, ownOf(check, results)) });
  } else {
    for (const { key, leader, others } of groups) {
      book.open({ key, code: check, ...openingOf(leader, day), results: [leader, ...others] });
    }
  }
}

/** The key of the alert that stands for many of one check. */
export function keyOfMany(check: string): string {
  return `${check}{*}`;
}

function summary(check: string, results: readonly CheckResult[]) {
  const severities = results.map(({ severity }) => severity);
  const severity = (['critical', 'warning'] as const).find((each) => severities.includes(each)) ?? ('info' as const);
  return { severity, title: titleOfMany(check, results.length), message: messageOfMany(check, results) };
}

/** What an alert stands for that still fails, each key once. */
function failingIn({ db }: AlertBook, { alert_id, code }: AlertRecord): CheckResult[] {
  const failing = resultsOf(db, alert_id).filter(({ passed_at }) => passed_at === null);
  return ownOf(
    code,
    failing.map(({ result }) => result as CheckResult),
  );
}

/** The results of a check, the first of each key. */
function ownOf(check: string, results: readonly CheckResult[]): CheckResult[] {
  const byKey = new Map<string, CheckResult>();
  for (const result of results) {
    if (result.check === check && !byKey.has(keyOf(result))) byKey.set(keyOf(result), result);
  }
  return [...byKey.values()];
}

/** An alert that stands for many ends when none of them fails any more. */
function endMany(book: AlertBook, check: string, day: number): void {
  const many = activeAlert(book.db, keyOfMany(check));
  if (many && failingIn(book, many).length === 0) book.recover(many, { day: day || null, result: null });
}
