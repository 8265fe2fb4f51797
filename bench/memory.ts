import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { tillstream } from './competitors.ts';
import { catalogue, type Sample, salesSample } from './data.ts';
import { measure } from './measure.ts';
import { loadOnce } from './race.ts';
import { duration, megabytes, table } from './statistics.ts';

const GOAL_BYTES = 300e6;
/** How long the slowed run is watched; at full speed it would have read the whole file by then. */
const SLOW_SECONDS = 20;

/** Peak resident memory of a load: at `rows`, at ten times as many, and when the sink is a hundred times slower. */
export const memory: Bench = {
  name: 'memory',
  summary: 'peak resident memory by size of the file, and with a slow sink',
  inRounds: false,
  async run({ folder, rows, python }) {
    const ours = tillstream({ catalogue: await catalogue(folder), python });
    const small = await salesSample(folder, rows, 'unquoted');
    const large = await salesSample(folder, rows * 10, 'unquoted');
    const lines: (readonly [string, string, number | undefined])[] = [];
    for (const sample of [small, large]) {
      const { wallMs, peakBytes } = await loadOnce(ours, sample, join(folder, 'work'));
      lines.push([`${sample.rows.toLocaleString('en')} rows, ${megabytes(sample.bytes)}`, duration(wallMs), peakBytes]);
    }
    lines.push(await slowed(large));
    const body = table([['', 'time', 'peak RSS'], ...lines.map(([what, took, peak]) => [what, took, megabytes(peak)])]);
    const worst = Math.max(...lines.map(([, , peak]) => peak ?? Number.NaN));
    return `${body}\n\n- ${worst <= GOAL_BYTES ? 'reached' : 'missed'}: at most ${megabytes(worst)}, to be at most ${megabytes(GOAL_BYTES)}`;
  },
};

/** The source of a large file with a sink that takes a hundred times as long for each record. */
async function slowed({ files, bytes }: Sample): Promise<readonly [string, string, number | undefined]> {
  const script = join(import.meta.dirname, 'memory', 'slow-sink.ts');
  const measured = await measure([process.execPath, script, files[0] ?? '', String(SLOW_SECONDS)]);
  const { read } = JSON.parse(measured.stdout) as { read: number };
  const what = `a hundredth of the speed: ${megabytes(read)} of ${megabytes(bytes)} read when stopped`;
  return [what, duration(measured.wallMs), measured.peakBytes];
}
