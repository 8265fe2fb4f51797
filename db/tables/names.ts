import { TillstreamError } from '../../engine/errors.ts';

/** A name as SQL takes it, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quotedList(names: readonly string[]): string {
  return names.map(quoted).join(', ');
}

/** Throws `bad_table` where SQLite or Tillstream keeps something of its own under such a name. */
export function requireOwnName(table: string): void {
  if (!/^(sqlite_|tillstream_)/i.test(table)) return;
  throw new TillstreamError('bad_table', `a table may not be called "${table}": choose a name that begins otherwise`);
}
