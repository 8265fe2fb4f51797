import { type AlertRecord, activeAlert, changeAlert, findAlert, resultsOf } from '../../db/operations/alerts.ts';
import { markDays, unmarkDays } from '../../db/operations/marked-days.ts';
import { dayText } from '../../db/period.ts';
import { type AlertOptions, bookOf } from '../alert.ts';
import type { CheckResult } from '../monitor/check-result.ts';
import type { AlertBook } from './book.ts';
import { alertEnded, alertSuperseded, noSuchAlert } from './errors.ts';

/** Somebody looks after it: it is no longer new, and ends by itself like any other. Throws `no_such_alert` or `alert_ended`. */
export function acknowledgeAlert(id: number, options: AlertOptions & { readonly note?: string }): AlertRecord {
  return acting(id, options, (alert, book) => {
    if (alert.state === 'acknowledged') return;
    if (alert.state !== 'open') throw alertEnded(id, alert.state);
    changeAlert(book.db, { ...alert, state: 'acknowledged', note: options.note ?? alert.note, changed_at: book.at });
    book.happened(alert, 'acknowledged', options.note ?? '', null);
  });
}

/**
 * What was found was to be expected, such as a promotion: the alert ends, does not come back for the same days, and these days are
 * no measure of what is normal. One that is over can be marked as well. Throws `no_such_alert`.
 */
export function expectAlert(id: number, options: AlertOptions & { readonly note?: string }): AlertRecord {
  return acting(id, options, (alert, book) => {
    if (alert.state === 'expected') return;
    const note = options.note ?? '';
    const marks = markDaysOf(book, alert, note);
    const ended = { state: 'expected' as const, flapping: false, passing_since: null, changed_at: book.at };
    changeAlert(book.db, { ...alert, ...ended, note: options.note ?? alert.note, marks });
    book.happened(alert, 'expected', note, null);
  });
}

function markDaysOf({ db, at: now }: AlertBook, { alert_id }: AlertRecord, note: string): number[] {
  return resultsOf(db, alert_id).flatMap(({ day, result }) => {
    const { check, subject } = result as CheckResult;
    const from = dayText(day);
    return from === null ? [] : [markDays(db, { subject, check, from, kind: 'expected', note, now })];
  });
}

/**
 * It was acknowledged, or marked as expected, by mistake: it is open again, and its days count again. Throws `no_such_alert`,
 * `alert_ended` for one that has recovered, or `alert_superseded`.
 */
export function reopenAlert(id: number, options: AlertOptions): AlertRecord {
  return acting(id, options, (alert, book) => {
    if (alert.state === 'open') return;
    if (alert.state === 'resolved') throw alertEnded(id, alert.state);
    const other = activeAlert(book.db, alert.key);
    if (other && other.alert_id !== id) throw alertSuperseded(id, other.alert_id);
    for (const mark of alert.marks) unmarkDays(book.db, mark);
    const opened = { state: 'open' as const, marks: [], resolved_at: null, resolved_day: null, changed_at: book.at };
    changeAlert(book.db, { ...alert, ...opened });
    book.happened(alert, 'withdrawn', '', null);
  });
}

function acting(id: number, options: AlertOptions, act: (alert: AlertRecord, book: AlertBook) => void): AlertRecord {
  const book = bookOf(options);
  const { db } = options;
  return db
    .transaction(() => {
      const alert = findAlert(db, id);
      if (!alert) throw noSuchAlert(id);
      act(alert, book);
      return findAlert(db, id) ?? alert;
    })
    .immediate();
}
