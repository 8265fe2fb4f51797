import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { salesSample } from './data.ts';
import { measure } from './measure.ts';
import { duration, median, table } from './statistics.ts';

const MODES = ['full', 'bare'] as const;
type Mode = (typeof MODES)[number];

/** Share of the load that keeping books may take. */
const GOAL = 0.05;

/** What metrics, ledger and checkpoints cost: the same load with and without. */
export const overhead: Bench = {
  name: 'overhead',
  summary: 'the load with metrics, ledger and checkpoints, and without',
  inRounds: true,
  async run({ folder, rounds, rows }) {
    const sample = await salesSample(folder, rows, 'unquoted');
    const file = sample.files[0] ?? '';
    const times: Record<Mode, number[]> = { full: [], bare: [] };
    for (let round = 0; round <= rounds; round++) {
      for (const mode of round % 2 === 0 ? MODES : MODES.toReversed()) {
        const ms = await loadIn(mode, file, folder, sample.rows);
        if (round > 0) times[mode].push(ms);
      }
      process.stderr.write(`round ${round} of ${rounds}\n`);
    }
    const [full, bare] = [median(times.full), median(times.bare)];
    const share = full / bare - 1;
    const lines = MODES.map((mode) => [mode, duration(median(times[mode])), times[mode].map(duration).join(', ')]);
    const verdict = share <= GOAL ? 'reached' : 'missed';
    return [
      'The run alone, without starting the process. `bare` samples no metrics, tallies no money and commits once; record counts and the line of each row remain, they cannot be turned off.',
      table([['', 'median', 'all'], ...lines]),
      `- ${verdict}: keeping books takes ${(share * 100).toFixed(1)} % more time, to be at most ${GOAL * 100} %`,
    ].join('\n\n');
  },
};

async function loadIn(mode: Mode, file: string, folder: string, rows: number): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const own = mkdtempSync(join(folder, 'overhead-'));
  try {
    const script = join(import.meta.dirname, 'overhead', 'contestant.ts');
    const { stdout } = await measure([process.execPath, script, mode, file, own]);
    const result = JSON.parse(stdout) as { ms: number; rows: number };
    if (result.rows !== rows) throw new Error(`${mode} loaded ${result.rows} rows; expected ${rows}`);
    return result.ms;
  } finally {
    rmSync(own, { recursive: true });
  }
}
