import { TillstreamError } from '../../engine/errors.ts';
import type { Trouble } from './report.ts';

/** The system is broken, not the file: no other file would fare better. */
const FATAL = /^(disk_full|read_only|stage_died|database_\w+|home_\w+)$/;

export function isFatal(error: unknown): boolean {
  return error instanceof TillstreamError && FATAL.test(error.code);
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** An error as a report gives it: a stable code and a sentence. */
export function troubleOf(error: unknown): Trouble {
  if (isAbort(error))
    return { code: 'interrupted', message: 'stopped before its end; the next run goes on from there' };
  if (error instanceof TillstreamError) return { code: error.code, message: located(error) };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'unexpected', message };
}

function located({ message, line, operator }: TillstreamError): string {
  if (line === undefined) return message;
  return `${message} (line ${line}${operator === undefined ? '' : `, ${operator}`})`;
}
