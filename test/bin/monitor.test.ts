import { join } from 'node:path';
import t from 'tap';
import { tillstream } from './terminal-in-memory.ts';

t.test('figures are checked, and the past is replayed', async (t) => {
  const dir = join(t.testdir(), 'shop');
  await tillstream(['init', dir]);
  const run = (line: string) => tillstream([...line.split(' '), '--home', dir]);
  t.match((await run('monitor')).stdout, 'There is nothing to check yet.');
  await tillstream(['generate', '--rows', '4000', '--days', '20', '--out', join(dir, 'data/raw')]);
  await run('ingest');

  const checked = await run('monitor');
  t.match(checked.stdout, /volume +\d+ +\d+ +\d+\n/);
  t.match(checked.stdout, /\d+ checks, .*\n$/);
  const report = (await run('monitor --json')).json<{
    results: { check: string; severity: string; verdict: string }[];
  }>();
  const grave = report.results.some(({ severity, verdict }) => severity === 'critical' && verdict === 'failing');
  t.equal(checked.code, grave ? 1 : 0);
  t.match((await run('monitor --all')).stdout, 'volume{store=S001}');

  const replayed = await run('backtest --from 2025-12-20');
  t.match(replayed.stdout, /2025-12-20 to 2025-12-31, 12 days: \d+ alarms?/);
  const all = (await run('backtest --json')).json<{ days: number; from: string }>();
  t.match(all, { days: 20, from: '2025-12-12' });
});
