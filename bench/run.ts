/**
 * `npm run bench [-- NAME…] [--rounds N] [--rows N] [--large] [--folder DIR] [--python PATH] [--online-retail DIR]`:
 * measures, prints each benchmark's section and puts it into RESULTS.md, whose other sections stay.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { suggestion } from '../engine/nearest.ts';
import type { Bench, BenchSettings } from './bench.ts';
import { engine } from './engine.ts';
import { live } from './live.ts';
import { load } from './load.ts';
import { memory } from './memory.ts';
import { monitoring } from './monitoring.ts';
import { overhead } from './overhead.ts';
import { query } from './query.ts';
import { withSection } from './results.ts';

const BENCHES: readonly Bench[] = [load, engine, query, memory, live, overhead, monitoring];
const RESULTS = join(import.meta.dirname, 'RESULTS.md');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '1000000' },
    large: { type: 'boolean', default: false },
    folder: { type: 'string', default: join(tmpdir(), 'tillstream-bench') },
    python: { type: 'string', default: 'python3' },
    'online-retail': { type: 'string' },
  },
});

const settings: BenchSettings = {
  folder: values.folder,
  rounds: Number(values.rounds),
  rows: Number(values.rows),
  large: values.large,
  python: values.python,
  onlineRetail: values['online-retail'],
};
mkdirSync(settings.folder, { recursive: true });

for (const bench of chosen(positionals)) {
  process.stderr.write(`${bench.name}: ${bench.summary}\n`);
  const body = `${conditions(settings, bench)}\n\n${await bench.run(settings)}`;
  const before = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '# Results\n';
  writeFileSync(RESULTS, withSection(before, bench.name, body));
  process.stdout.write(`## ${bench.name}\n\n${body}\n\n`);
}

function chosen(names: readonly string[]): readonly Bench[] {
  if (names.length === 0) return BENCHES;
  const known = BENCHES.map(({ name }) => name);
  return names.map((name) => {
    const bench = BENCHES.find((each) => each.name === name);
    if (!bench) throw new Error(`no benchmark is called "${name}"${suggestion(name, known)}`);
    return bench;
  });
}

function conditions({ rounds }: BenchSettings, { inRounds }: Bench): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, ${machine}, Node ${process.versions.node}, ${process.platform}${inRounds ? `; medians of ${rounds} interleaved rounds` : ''}.`;
}
