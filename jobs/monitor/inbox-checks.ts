import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../operators/dataset/config.ts';
import type { Difference } from '../../operators/dataset/difference.ts';
import type { CheckName } from '../../operators/dataset/settings/monitoring.ts';
import type { Home } from '../home.ts';
import { inboxNames, SETTLE_MS } from '../inbox.ts';
import { Recogniser } from '../ingest/recognise.ts';
import type { CheckResult } from './check-result.ts';
import type { MonitorPolicy } from './settings.ts';

/** Files that a pass looks at, the first by name, and those that a sentence names. */
const MOST_FILES = 50;
const MOST_NAMED = 3;

/** A file that lies in the inbox and is of no dataset. */
export interface Misfit {
  readonly name: string;
  /** Why, in a sentence without full stop. */
  readonly message: string;
  /** It is nearly of a dataset, but for columns that it must have. */
  readonly lacksColumns: boolean;
}

/** Files that wait in the inbox because no dataset takes them. What can't be read is the run's to tell. */
export async function misfitsIn(home: Home, config: Config, now: number, signal?: AbortSignal): Promise<Misfit[]> {
  const recogniser = new Recogniser(config);
  const misfits: Misfit[] = [];
  for (const name of (await inboxNames(home)).slice(0, MOST_FILES)) {
    signal?.throwIfAborted();
    const path = join(home.raw, name);
    const found = (await isSettled(path, now)) ? await recogniser.recognise(path).catch(() => null) : null;
    if (found === null || found.kind === 'matched') continue;
    const nearest = found.kind === 'unmatched' ? found.nearest : undefined;
    misfits.push({ name, message: found.message, lacksColumns: nearlyFits(config, nearest) });
  }
  return misfits;
}

/** One written just now may be on its way in. */
async function isSettled(path: string, now: number): Promise<boolean> {
  return stat(path).then(
    ({ mtimeMs }) => Math.abs(now - mtimeMs) >= SETTLE_MS,
    () => false,
  );
}

/** Does it have at least half of the columns that the dataset demands, but not all of them? */
function nearlyFits({ datasets }: Config, nearest: Difference | undefined): boolean {
  const demanded = datasets.get(nearest?.dataset ?? '')?.match.header.length ?? 0;
  const missing = nearest?.missing.length ?? 0;
  return missing > 0 && missing <= demanded / 2;
}

/** Files without a dataset, as a check about now. Those that lack columns are told by `original-columns`. */
export function unmatchedFiles(misfits: readonly Misfit[], policy: MonitorPolicy): CheckResult[] {
  if (!policy.isOn('unmatched-file')) return [];
  const others = misfits.filter(({ lacksColumns }) => !lacksColumns);
  return [
    {
      ...{ check: 'unmatched-file' satisfies CheckName, subject: {}, day: null, unit: 'count' },
      ...{ verdict: others.length === 0 ? 'ok' : 'failing', severity: policy.severityOf('unmatched-file', 'warning') },
      ...{ observed: others.length, expected: 0, low: null, high: 0, score: null },
      message:
        others.length === 0
          ? 'No file waits in the inbox for a dataset.'
          : `Not loaded, still in data/raw: ${told(others)}.`,
      evidence: evidenceOf(others),
    },
  ];
}

/** Why each was not loaded. */
export function told(misfits: readonly Misfit[]): string {
  const named = misfits.slice(0, MOST_NAMED).map(({ message }) => message);
  const more = misfits.length > MOST_NAMED ? ` (and ${misfits.length - MOST_NAMED} more files)` : '';
  return `${named.join('. ')}${more}`;
}

export function evidenceOf(misfits: readonly Misfit[]): CheckResult['evidence'] {
  return misfits.length === 0 ? {} : { facts: Object.fromEntries(misfits.map(({ name, message }) => [name, message])) };
}
