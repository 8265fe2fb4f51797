import { join } from 'node:path';
import t from 'tap';
import { openOperations } from '../../db/operations/connection.ts';
import { updateAlerts } from '../../jobs/alert.ts';
import { homeAt } from '../../jobs/home.ts';
import { found, passing } from '../jobs/alerting.ts';
import { tillstream } from './terminal-in-memory.ts';

t.test('alerts lists what is wrong, and takes what people say of it', async (t) => {
  const dir = join(t.testdir(), 'shop');
  await tillstream(['init', dir]);
  const run = (...args: string[]) => tillstream(['alerts', ...args, '--home', dir]);
  t.equal((await run()).stdout, 'No alerts.\n');
  const db = openOperations(homeAt(dir).operations);
  t.teardown(() => db.close());
  const update = (...results: Parameters<typeof found>[1][]) =>
    updateAlerts({ db, env: {}, results: results.map((said) => found('revenue', said)) });
  update(
    { subject: { store: 'S1' } },
    { subject: { store: 'S2' }, cause: 'revenue{store=S1}', message: 'S2 as well.' },
  );
  t.match((await run()).stdout, /1 +\S+ \S+ +open +warning +Revenue: store S1 +revenue is not/);
  const shown = await run('show', '1');
  t.match(
    shown.stdout,
    /Alert 1: Revenue: store S1 \(warning, open\)[\s\S]*stands for 1 other finding:\n {2}S2 as well\.[\s\S]*opened/,
  );
  t.match((await run('acknowledge', '1', '--note', 'Ann looks')).stdout, /acknowledged\)[\s\S]*Note: Ann looks/);
  const expected = await run('expected', '1', '--note', 'Easter sale', '--json');
  t.match(expected.json(), { state: 'expected', note: 'Easter sale', parts: [{ key: 'revenue{store=S1}' }, {}] });
  t.match((await run('--json')).json(), { total: 0, items: [], channels: [{ channel: 'file', status: 'ok' }] });
  t.match((await run('--state', 'all', '--json')).json(), { total: 1, items: [{ alert_id: 1, state: 'expected' }] });
  t.match((await run('reopen', '1')).stdout, /warning, open\)/);
  updateAlerts({ db, env: {}, results: [passing('revenue', { subject: { store: 'S1' } })] });
  const over = await run('acknowledge', '1');
  t.equal(over.code, 1);
  t.match(over.stderr, 'alert 1 is resolved');
});

t.test('what cannot be understood is told', async (t) => {
  const dir = join(t.testdir(), 'shop');
  await tillstream(['init', dir]);
  for (const [args, code, message] of [
    [['acknowlege', '1'], 2, /expected show, acknowledge, expected, reopen, got "acknowlege"/],
    [['expected'], 2, /say the number of an alert/],
    [['show', 'one'], 2, /say the number of an alert/],
    [['show', '9'], 1, /there is no alert 9/],
    [['--state', 'opened'], 2, /expected open, acknowledged/],
  ] as const) {
    const said = await tillstream(['alerts', ...args, '--home', dir]);
    t.equal(said.code, code, args.join(' '));
    t.match(said.stderr, message);
  }
});
