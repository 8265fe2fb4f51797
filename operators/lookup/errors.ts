import { TillstreamError } from '../../engine/errors.ts';

export function badTable(path: string, what: string, cause?: unknown): TillstreamError {
  return new TillstreamError('bad_reference_table', `${path}: ${what}`, { cause, file: path });
}

export function badSource(given: readonly string[]): TillstreamError {
  const got = given.length === 0 ? 'none' : given.join(' and ');
  return new TillstreamError(
    'bad_option',
    `lookup: expected one of rows, csv, sql and http to look things up in, got ${got}`,
  );
}

export function unknownNames(what: string, names: readonly string[], known: readonly string[]): TillstreamError {
  const message = `${what} has no ${names.map((name) => `"${name}"`).join(', ')}; there are: ${known.join(', ')}`;
  return new TillstreamError('bad_option', `lookup: ${message}`);
}
