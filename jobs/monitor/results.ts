import { isoDate } from '../generate/calendar.ts';
import { type CheckResult, keyOf, type Subject } from './check-result.ts';
import type { Finding } from './finding.ts';
import { shown } from './measures.ts';

/** Days of the series that a result carries. */
const SERIES_DAYS = 35;

/** A finding in words, with what it rests on. `first` is the day of column 0, `fewest` how many days make a history. */
export function resultOf(finding: Finding, first: number, fewest: number): CheckResult {
  const { check, column, verdict, severity, unit, observed, expected, low, high, score, columns, cause } = finding;
  const day = (each: number) => isoDate(first + each);
  const series = seriesOf(finding).map(([each, value]) => ({ day: day(each), value: precise(value) }));
  return {
    ...{ check, subject: subjectOf(finding), day: day(column), verdict, severity, unit },
    ...{
      observed: rounded(observed),
      expected: rounded(expected),
      low: rounded(low),
      high: rounded(high),
      score: rounded(score),
    },
    message: messageOf(finding, fewest),
    evidence: {
      ...(series.length > 0 && { series }),
      ...(columns.length > 0 && { days: columns.slice(-SERIES_DAYS).map(day) }),
      ...(finding.note !== undefined && { facts: { note: finding.note } }),
    },
    ...(cause && { cause: keyOf({ check: cause.check, subject: subjectOf(cause) }) }),
  };
}

export function subjectOf({ row, field }: Finding): Subject {
  return field === undefined ? row.subject : { ...row.subject, field };
}

/** JSON has no infinity, and the scale leaves digits behind that mean nothing. */
function rounded(figure: number | null): number | null {
  return figure === null || !Number.isFinite(figure) ? null : precise(figure);
}

function precise(figure: number): number {
  return Number(figure.toPrecision(9));
}

function seriesOf({ series, column }: Finding): [number, number][] {
  if (!series) return [];
  const columns = Array.from(
    { length: Math.min(SERIES_DAYS, column + 1) },
    (_, i) => column - Math.min(SERIES_DAYS, column + 1) + 1 + i,
  );
  return columns.map((each): [number, number] => [each, series(each)]).filter(([, value]) => Number.isFinite(value));
}

const NAMES: Readonly<Record<string, string>> = {
  volume: 'the number of records',
  revenue: 'revenue',
  units: 'the number of units sold',
  basket: 'the average basket',
  price: 'prices',
  margin: 'the margin',
  'dead-letters': 'the share of rejected records',
  duplicates: 'the share of repeated records',
};

/** What a check has seen, in words around the figure. */
const SEEN: Readonly<Record<string, (figure: string) => string>> = {
  volume: (figure) => `${figure} records`,
  revenue: (figure) => `revenue ${figure}`,
  units: (figure) => `${figure} units sold`,
  basket: (figure) => `an average basket of ${figure}`,
  price: (figure) => `prices at ${figure} of the usual ones`,
  margin: (figure) => `a margin of ${figure}`,
  'dead-letters': (figure) => `${figure} of the records were rejected`,
  duplicates: (figure) => `${figure} of the records were there already`,
};

/** Who it is about: `S012`, `region North`, `the whole shop`. */
export function whoOf({ row }: Pick<Finding, 'row'>): string {
  const { store, region, category, dataset } = row.subject;
  if (store !== undefined) return store;
  if (region !== undefined) return `region ${region}`;
  if (dataset !== undefined) return `dataset ${dataset}`;
  return category === undefined ? 'the whole shop' : `category ${category}`;
}

function messageOf(finding: Finding, fewest: number): string {
  const { check, verdict, columns, note } = finding;
  const sentence = verdict === 'learning' ? `still learning: ${columns.length} of ${fewest} days` : found(finding);
  const more = note === undefined || check === 'freshness' || finding.stores ? '' : ` (${note})`;
  return `${capital(whoOf(finding))}: ${sentence}${more}.`;
}

function found(finding: Finding): string {
  const { check, unit, observed, expected, low, high, field, stores } = finding;
  if (stores) return groupWords(finding);
  if (check === 'freshness') return silenceWords(finding);
  if (observed === null || expected === null) return 'no figures';
  if (check === 'decline') return declineWords(observed, finding.verdict === 'failing');
  const seen = field === undefined ? SEEN[check] : (figure: string) => `${figure} of the records have no ${field}`;
  const band =
    low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)
      ? ''
      : `; ${shown(low, unit)} to ${shown(high, unit)} would be normal`;
  const figure = shown(observed, unit);
  // Of prices the usual ones are what was expected.
  const compared = check === 'price' ? '' : `, expected ${shown(expected, unit)}${changeWords(finding)}`;
  return `${seen?.(figure) ?? `${check} ${figure}`}${compared}${band}`;
}

function changeWords({ unit, observed, expected }: Finding): string {
  if (unit === 'ratio') return '';
  const change = Math.round(((observed ?? 0) / (expected || 1) - 1) * 100);
  return Number.isFinite(change) ? ` (${change > 0 ? '+' : ''}${change.toLocaleString('en')} %)` : '';
}

function groupWords({ stores = [], check }: Finding): string {
  const names = stores.slice(0, 6).map(whoOf);
  const more = stores.length > names.length ? ` and ${stores.length - names.length} more` : '';
  const what = check === 'freshness' ? 'nothing reported' : `${NAMES[check] ?? check} unlike usual`;
  return `${what} by most stores at once (${names.join(', ')}${more}); if it was a holiday or a campaign, put it into the calendar`;
}

function silenceWords({ verdict, observed, expected, note }: Finding): string {
  if (verdict === 'failing')
    return `nothing reported; on this weekday it usually has ${shown(expected ?? 0, 'records')} records${note === undefined ? '' : `. ${note}`}`;
  return observed === 0
    ? `nothing reported, nor expected${note === undefined ? '' : ` (${note})`}`
    : `${shown(observed ?? 0, 'records')} records reported`;
}

function declineWords(level: number, failing: boolean): string {
  const percent = Math.round((1 - level) * 100);
  return failing
    ? `records have gone down bit by bit, to ${percent} % below where they were two months ago`
    : 'no slow decline';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
