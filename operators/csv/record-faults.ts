import type { Fault } from '../../engine/operator.ts';

/** Why a record cannot be read, with the codes that `csv-source` documents. */
export const BROKEN_UTF8: Fault = { code: 'invalid_encoding', message: 'holds bytes that are not UTF-8' };
export const OPEN_QUOTE: Fault = { code: 'bad_quoting', message: 'a quote is never closed' };
export const SEVERAL_RECORDS: Fault = { code: 'bad_quoting', message: 'a line break stands outside quotes' };

export function wrongCount(expected: number, found: number): Fault {
  const code = found > expected ? 'too_many_fields' : 'too_few_fields';
  return { code, message: `expected ${expected} fields, got ${found}` };
}

/** `isOpen`: no line of it is, but a quote joins them. */
export function tooLong(maxRecordBytes: number, isOpen: boolean): Fault {
  const cause = isOpen ? '; is a quote left open on its first line?' : '';
  return { code: 'record_too_long', message: `record is longer than ${maxRecordBytes} bytes${cause}` };
}
