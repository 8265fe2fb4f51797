/** `learning`: too little history to say anything yet. `failing` is graver than `warning` only by its check's severity. */
export type Verdict = 'ok' | 'learning' | 'failing';

export type Severity = 'info' | 'warning' | 'critical';

/** What `observed`, `expected`, `low` and `high` count: money in 1/10,000 of the currency unit, quantities in 1/1,000. */
export type CheckUnit = 'money' | 'quantity' | 'records' | 'ratio' | 'count' | 'seconds' | 'bytes';

/** What a result is about: nothing named is the whole shop. The keys are dimensions: dataset, store, category, product, region, field, file. */
export type Subject = Readonly<Record<string, string>>;

/** What a check saw, and what it held that against. */
export interface CheckFigures {
  readonly unit: CheckUnit;
  readonly observed: number | null;
  readonly expected: number | null;
  /** What would have been ok. */
  readonly low: number | null;
  readonly high: number | null;
  /** How many robust standard deviations from what was expected; null where there is no such measure. */
  readonly score: number | null;
}

/** What one check found about one subject on one day. */
export interface CheckResult extends CheckFigures {
  /** The check's name: revenue, volume, freshness, schema-drift … */
  readonly check: string;
  readonly subject: Subject;
  /** The day it is about, YYYY-MM-DD; null where it is about now (disk space, roll-ups). */
  readonly day: string | null;
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** One sentence for the shop's owner. */
  readonly message: string;
  readonly evidence: Evidence;
  /** {@link keyOf} of the result that explains this one, so that one cause makes one alert. */
  readonly cause?: string;
}

/** The rows, days or files behind a result. */
export interface Evidence {
  /** The series that was compared, oldest first, the tested day last. */
  readonly series?: readonly { readonly day: string; readonly value: number }[];
  /** Days that the expectation came from. */
  readonly days?: readonly string[];
  readonly files?: readonly { readonly file_id: number; readonly name: string }[];
  readonly run_id?: number;
  /** Anything else worth showing, label to text. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** Identity of what is checked over time: the check and its subject, `revenue{store=S012}`. */
export function keyOf({ check, subject }: Pick<CheckResult, 'check' | 'subject'>): string {
  const parts = Object.keys(subject).sort();
  return parts.length === 0 ? check : `${check}{${parts.map((part) => `${part}=${subject[part]}`).join(',')}}`;
}
