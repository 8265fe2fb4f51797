import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Competitor, Loaded } from './competitors.ts';
import type { Sample } from './data.ts';
import { duration, median, megabytes, table } from './statistics.ts';

/** All runs of one competitor over one sample. */
export interface Raced {
  readonly name: string;
  /** Undefined where it is not installed. */
  readonly version: string | undefined;
  readonly wallMs: readonly number[];
  readonly peakBytes: readonly (number | undefined)[];
}

/** Summing a million floats leaves a few units in the last place of the largest sum. */
const TOLERANCE = 1e-9;

/**
 * Lets everybody load the sample `rounds` times, in turn within each round and beginning with another one every round, so
 * that what the machine does meanwhile hits all alike. One round before these is not counted. Rejects if somebody's
 * result is wrong.
 */
export async function race(
  competitors: readonly Competitor[],
  sample: Sample,
  rounds: number,
  folder: string,
): Promise<Raced[]> {
  const versions = await Promise.all(competitors.map((competitor) => competitor.version()));
  const raced = competitors.map(({ name }, i) => ({
    ...{ name, version: versions[i], wallMs: [] as number[] },
    peakBytes: [] as (number | undefined)[],
  }));
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < competitors.length; turn++) {
      const index = (round + turn) % competitors.length;
      const [competitor, record] = [competitors[index]!, raced[index]!];
      if (record.version === undefined) continue;
      const loaded = await loadOnce(competitor, sample, folder);
      process.stderr.write(
        `${round === 0 ? 'warm-up' : `round ${round}`}  ${record.name}  ${duration(loaded.wallMs)}\n`,
      );
      if (round === 0) continue;
      record.wallMs.push(loaded.wallMs);
      record.peakBytes.push(loaded.peakBytes);
    }
  }
  return raced;
}

/** Lets a competitor load the sample in an empty folder of its own. Rejects if the result is wrong. */
export async function loadOnce(competitor: Competitor, sample: Sample, folder: string): Promise<Loaded> {
  mkdirSync(folder, { recursive: true });
  const own = mkdtempSync(join(folder, 'load-'));
  try {
    const loaded = await competitor.load(sample, own);
    const { rows, revenue = sample.revenue } = loaded;
    if (rows === sample.rows && Math.abs(revenue - sample.revenue) <= sample.revenue * TOLERANCE) return loaded;
    const got = `${rows} rows, revenue ${revenue}`;
    throw new Error(`${competitor.name} loaded ${got}; expected ${sample.rows} rows, revenue ${sample.revenue}`);
  } finally {
    rmSync(own, { recursive: true });
  }
}

/** Medians, spread, throughput, memory, and the ratio of `ours` (the first) to each other's wall-clock time. */
export function raceTable(raced: readonly Raced[], rows: number): string {
  const [ours] = raced;
  const lines = raced.map(({ name, version, wallMs, peakBytes }) => {
    if (version === undefined) return [name, 'missing', '–', '–', '–', '–'];
    const middle = median(wallMs);
    const spread = `${duration(Math.min(...wallMs))} to ${duration(Math.max(...wallMs))}`;
    const ratio = name === ours?.name ? '1' : (median(ours?.wallMs ?? []) / middle).toFixed(2);
    const peak = megabytes(Math.max(...peakBytes.map((bytes) => bytes ?? Number.NaN)));
    return [name, duration(middle), spread, `${Math.round(rows / middle)} k/s`, peak, ratio];
  });
  return table([['', 'median', 'range', 'rows', 'peak RSS', 'tillstream takes'], ...lines]);
}
