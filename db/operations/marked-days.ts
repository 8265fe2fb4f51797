import type { Database } from 'better-sqlite3';
import { dayOf, dayText } from '../period.ts';
import { Statements } from '../statements.ts';

/** Why days are no measure of what is normal. `expected`: somebody said of an alert that it was. */
export type MarkKind = 'promotion' | 'holiday' | 'incident' | 'expected';

export interface MarkedDays {
  readonly marked_days_id: number;
  /** Dimension to value; nothing named is the whole shop. */
  readonly subject: Readonly<Record<string, string>>;
  /** The check that it is about; null for all. */
  readonly check: string | null;
  /** YYYY-MM-DD, both included. */
  readonly from: string;
  readonly to: string;
  readonly kind: MarkKind;
  readonly note: string;
  /** Milliseconds since 1970. */
  readonly marked_at: number;
}

export interface DaysToMark {
  readonly subject?: Readonly<Record<string, string>>;
  readonly check?: string | null;
  readonly from: string;
  /** The same as `from` unless given. */
  readonly to?: string;
  readonly kind: MarkKind;
  readonly note?: string;
  readonly now?: number;
}

/** Takes days out of what is normal. Returns the mark's id. Throws `invalid_date`. */
export function markDays(
  db: Database,
  { subject = {}, check = null, from, to = from, kind, note = '', now = Date.now() }: DaysToMark,
): number {
  const sql = `
    INSERT INTO marked_days (subject, check_name, from_day, to_day, kind, note, marked_at) VALUES (?, ?, ?, ?, ?, ?, ?)`;
  const { lastInsertRowid } = Statements.of(db)
    .get(sql)
    .run(JSON.stringify(subject), check, dayOf(from), dayOf(to), kind, note, now);
  return Number(lastInsertRowid);
}

interface Row {
  readonly marked_days_id: number;
  readonly subject: string;
  readonly check_name: string | null;
  readonly from_day: number;
  readonly to_day: number;
  readonly kind: MarkKind;
  readonly note: string;
  readonly marked_at: number;
}

/** All marks, the latest days first. */
export function markedDays(db: Database): MarkedDays[] {
  const rows = Statements.of(db).get('SELECT * FROM marked_days ORDER BY from_day DESC, marked_days_id DESC').all();
  return (rows as Row[]).map(({ subject, check_name, from_day, to_day, ...rest }) => ({
    ...rest,
    subject: JSON.parse(subject) as MarkedDays['subject'],
    check: check_name,
    from: dayText(from_day) ?? '',
    to: dayText(to_day) ?? '',
  }));
}

/** Takes a mark back. False if there is none of that id. */
export function unmarkDays(db: Database, markedDaysId: number): boolean {
  return Statements.of(db).get('DELETE FROM marked_days WHERE marked_days_id = ?').run(markedDaysId).changes > 0;
}
