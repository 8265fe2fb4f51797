import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ordeal } from './crash-test/ordeal.ts';

const HELP = `Usage: npm run crash-test [-- options]

Kills \`tillstream ingest\` at random moments, starts it again, and checks that the warehouse says the same as after
an uninterrupted run.

  --kills N   processes to kill (default 100)
  --rows N    records in the files together (default 400000)
  --files N   files (default 20)
  --seed N    another seed, other sales and other moments (default: the time)
`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    rows: { type: 'string', default: '400000' },
    files: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(HELP);
} else {
  const { kills, rows, files, seed } = values;
  const dir = await mkdtemp(join(tmpdir(), 'tillstream-crash-'));
  console.log(`seed ${seed}, working in ${dir}`);
  const wanted = { kills: Number(kills), rows: Number(rows), files: Number(files), seed: Number(seed) };
  const { differences, ...result } = await ordeal({ ...wanted, dir, say: (line) => console.log(line) });
  if (differences.length > 0) {
    console.error(`After ${result.kills} kills there are differences:\n${differences.join('\n')}\nSee ${dir}`);
    process.exitCode = 1;
  } else {
    await rm(dir, { recursive: true });
    console.log(`${result.kills} kills in ${result.rounds} rounds: the warehouse is as after an uninterrupted run.`);
  }
}
