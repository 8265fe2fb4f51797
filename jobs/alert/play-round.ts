import {
  type AlertRecord,
  activeAlert,
  isExpected,
  isOver,
  passResults,
  resultsOf,
} from '../../db/operations/alerts.ts';
import { type CheckResult, keyOf } from '../monitor/check-result.ts';
import type { AlertBook } from './book.ts';
import { type Group, groupsOf, type Round } from './rounds.ts';
import { messageOfMany, titleOf, titleOfMany } from './title.ts';

/** A group that no alert stands for yet. */
type FreshGroup = Group & { readonly leader: CheckResult };

/** What the results of one day do to the alerts there are: some recover, some go on, some are new. */
export function playRound(book: AlertBook, round: Round): void {
  const { db } = book;
  const checks = new Set([...round.passing.values(), ...round.failing.values()].map(({ check }) => check));
  for (const [key, result] of round.passing) passed(book, key, result, round.day);
  const isKnown = (key: string) =>
    !round.passing.has(key) && (activeAlert(db, key) !== undefined || isExpected(db, key, round.day));
  const fresh: FreshGroup[] = [];
  for (const group of groupsOf(round.failing, isKnown)) {
    if (isExpected(db, group.key, round.day) || isOver(db, group.key, round.day)) continue;
    const alert = activeAlert(db, group.key);
    if (alert) goesOn(book, alert, group, round.day);
    // A group without a leader has a cause that is known, and so an alert.
    else if (group.leader) fresh.push({ ...group, leader: group.leader });
  }
  for (const check of checks) {
    openFresh(
      book,
      check,
      fresh.filter(({ leader }) => leader.check === check),
      round.day,
    );
    endMany(book, check, round.day);
  }
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
  absorb(book, alert, others);
}

function openingOf(result: CheckResult, day: number) {
  const { severity, message } = result;
  return { severity, message, title: titleOf(result), day: day || null, result };
}

/** Alerts of what is explained now end. */
function absorb(book: AlertBook, alert: AlertRecord, others: readonly CheckResult[]): void {
  for (const other of others) {
    const own = activeAlert(book.db, keyOf(other));
    if (own) book.explained(own, alert);
  }
}

/** Opens an alert for each group, or one for all where they are too many. */
function openFresh(book: AlertBook, check: string, groups: readonly FreshGroup[], day: number): void {
  if (groups.length === 0) return;
  const many = activeAlert(book.db, keyOfMany(check));
  const results = groups.flatMap(({ leader, others }) => [leader, ...others]);
  if (many) {
    book.keep(many, results);
    book.goOn(many, { ...summary(check, failingIn(book, many)), day: day || null });
  } else if (groups.length > book.policy.mostAtOnce) {
    const leaders = groups.map(({ leader }) => leader);
    const opening = { key: keyOfMany(check), code: check, day: day || null, result: null, results };
    book.open({ ...opening, ...summary(check, leaders) });
  } else {
    for (const { key, leader, others } of groups) {
      book.open({ key, code: check, ...openingOf(leader, day), results: [leader, ...others] });
    }
  }
  for (const { key, others } of groups) {
    const alert = activeAlert(book.db, key) ?? activeAlert(book.db, keyOfMany(check));
    if (alert) absorb(book, alert, others);
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
  const byKey = new Map(failing.map(({ key, result }) => [key, result as CheckResult]));
  return [...byKey.values()].filter(({ check }) => check === code);
}

/** An alert that stands for many ends when none of them fails any more. */
function endMany(book: AlertBook, check: string, day: number): void {
  const many = activeAlert(book.db, keyOfMany(check));
  if (many && failingIn(book, many).length === 0) book.recover(many, { day: day || null, result: null });
}
