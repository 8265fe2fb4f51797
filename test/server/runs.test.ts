import { writeFile } from 'node:fs/promises';
import t from 'tap';
import type { DeadLetterGroups, DeadLetterPage, RunDetail, RunSummary } from '../../server/schemas.ts';
import { drop, json, loaded, newHome, salesCents, salesCsv, served, until } from './serving.ts';

const post = { method: 'POST' };

t.test('a run on request loads the inbox; one more may wait', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  await drop(home, 'a.csv', salesCsv(100_000));
  t.match(await json(serving, '/runs', post), { status: 'started' });
  t.match(await json(serving, '/runs', post), { status: 'queued' });
  t.match(await json(serving, '/runs', post), { status: 'already_queued' });
  await drop(home, 'b.csv', salesCsv(100, 500_000));
  const { items } = await until(
    () => json<{ items: RunSummary[] }>(serving, '/runs'),
    ({ items }) =>
      items.length >= 1 &&
      items.reduce((sum, { inserted }) => sum + inserted, 0) === 100_100 &&
      items[0]?.status === 'done',
  );
  t.match(items.at(-1), { trigger: 'api', balanced: true, error: null });
  const id = items.at(-1)?.run_id;
  const detail = await json<RunDetail>(serving, `/runs/${id}`);
  t.same(
    detail.operators.map(({ id }) => id),
    ['csv-source', 'validate', 'enrich', 'aggregate', 'dead-letter', 'batch-insert'],
  );
  t.equal(detail.ledger.inserted.records, detail.inserted);
  t.match(detail.ledger, { balanced: true });
  t.match(detail.file_list[0], {
    name: 'a.csv',
    status: 'done',
    inserted: 100_000,
    revenue: String(salesCents(100_000) / 100),
  });
  t.ok(detail.timeline.length > 0);
  t.ok(detail.timeline.every(({ operators }) => operators.length === 6));
  t.match(detail.bottleneck, /is busy/);
  t.match(await json(serving, '/runs/999'), { status: 404, code: 'no_such_run' });
  t.match(await json(serving, `/runs/${id}/cancel`, post), { status: 409, code: 'run_ended' });
});

t.test('a run that is cancelled keeps what it has committed, and the next goes on', async (t) => {
  const home = await newHome(t);
  const config = JSON.parse(await (await import('node:fs/promises')).readFile(home.config, 'utf8'));
  await writeFile(home.config, JSON.stringify({ ...config, checkpointBytes: 1_000_000 }));
  const serving = await served(t, home);
  await drop(home, 'a.csv', salesCsv(700_000));
  await json(serving, '/runs', post);
  const { lines } = await until(
    () => json<{ lines: number; provisional: boolean }>(serving, '/kpi/summary'),
    ({ lines }) => lines > 0,
  );
  t.ok(lines < 700_000, 'the figures grow while the file loads');
  const { items } = await json<{ items: RunSummary[] }>(serving, '/runs');
  t.match(await json(serving, `/runs/${items[0]?.run_id}/cancel`, post), { status: 'stopping', run_id: 1 });
  const stopped = await until(
    () => json<RunDetail>(serving, '/runs/1'),
    ({ status }) => status !== 'running',
  );
  t.equal(stopped.status, 'aborted');
  await until(
    () => json<{ status: unknown; code?: string }>(serving, '/runs/cancel', post),
    ({ status, code }) => status === 409 && code === 'nothing_running',
  );
  await json(serving, '/runs', post);
  await until(
    () => json<{ lines: number; provisional: boolean }>(serving, '/kpi/summary'),
    ({ lines, provisional }) => lines === 700_000 && !provisional,
    60_000,
  );
  t.match(await json(serving, '/kpi/summary'), { revenue: salesCents(700_000) / 100, orders: 350_000 });
});

t.test('stopping the server stops the run at a checkpoint', async (t) => {
  const home = await newHome(t);
  const first = await served(t, home);
  await drop(home, 'a.csv', salesCsv(500_000));
  const run = first.run({ trigger: 'test' });
  await until(
    () => json<{ items: RunSummary[] }>(first, '/runs'),
    ({ items }) => items[0]?.status === 'running',
  );
  await first.stop();
  t.equal((await run).status, 'aborted');
  await t.rejects(fetch(`${first.url}/health`), 'it no longer answers');
  const second = await served(t, home);
  await second.run({ trigger: 'test' });
  t.match(await json(second, '/kpi/summary'), { lines: 500_000, revenue: salesCents(500_000) / 100 });
  t.match(await json(second, '/health'), { status: 'ok' });
});

t.test('dead letters tell what is wrong with which cell', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  const bad = [
    'O1,1,2026-13-45 10:00:00,S001,P0001,C1,1,5.00,0,cash',
    'O2,1,2026-03-01 10:00:00,S001,P0001,C1,x,7.00,0,=card',
  ];
  await loaded(serving, home, {
    'a.csv': `${salesCsv(10)}${bad.join('\n')}\n`,
    'b.csv': `${salesCsv(10, 50)}${bad[0]}\n`,
  });
  const page = await json<DeadLetterPage>(serving, '/dead-letters?limit=2');
  t.match(page, { total: 3, limit: 2 });
  t.match(page.items[0], {
    file: 'a.csv',
    line: 12,
    reason: 'not_a_date',
    field: 'sold_at',
    raw: bad[0],
    dataset: 'sales',
  });
  t.match(page.items[0]?.meaning, /date/);
  t.same(
    page.items[0]?.cells?.filter(({ faulty }) => faulty),
    [{ field: 'sold_at', text: '2026-13-45 10:00:00', faulty: true }],
  );
  const reasons = await json<DeadLetterGroups>(serving, '/dead-letters/groups');
  t.same(
    reasons.items.map(({ key, records }) => [key, records]),
    [
      ['not_a_date', 2],
      [page.items[1]?.reason, 1],
    ],
  );
  t.match(reasons, { records: 3 });
  const files = await json<DeadLetterGroups>(serving, '/dead-letters/groups?by=file');
  t.same(
    files.items.map(({ label, records }) => [label, records]),
    [
      ['a.csv', 2],
      ['b.csv', 1],
    ],
  );
  t.equal((await json<DeadLetterPage>(serving, '/dead-letters?reason=not_a_date')).total, 2);
  t.equal((await json<DeadLetterPage>(serving, '/dead-letters?run=1&field=quantity')).total, 1);
  t.equal((await json<DeadLetterPage>(serving, '/dead-letters?run=2')).total, 0);
  const response = await fetch(`${serving.url}/dead-letters?format=csv`);
  const lines = (await response.text()).trim().split('\r\n');
  t.equal(lines[0], 'file,line,reason,field,message,amount,raw');
  t.equal(lines.length, 4);
  t.match(lines[1], /^a\.csv,12,not_a_date,sold_at,/);
});

t.test('health says which part fails', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  t.match(await json(serving, '/health'), { status: 'ok' });
  await (await import('node:fs/promises')).rename(home.raw, `${home.raw}-gone`);
  const response = await fetch(`${serving.url}/health`);
  t.equal(response.status, 503);
  const { checks } = (await response.json()) as { checks: { name: string; status: string; message: string }[] };
  t.match(
    checks.find(({ name }) => name === 'inbox'),
    { status: 'failing', message: /is not there/ },
  );
  t.match(
    checks.find(({ name }) => name === 'database'),
    { status: 'ok' },
  );
  await (await import('node:fs/promises')).rename(`${home.raw}-gone`, home.raw);
  await drop(home, 'bad.csv', `${salesCsv(5)}`);
  await writeFile(home.config, '{ "datasets": 1 }');
  await t.rejects(serving.run({ trigger: 'test' }), 'a configuration that cannot be read');
  t.match(await json(serving, '/datasets'), { status: 503, detail: /datasets/ });
});

t.test('what there is to know of operators and datasets', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  const { items } = await json<{ items: { name: string; options: { name: string }[]; reasons: { code: string }[] }[] }>(
    serving,
    '/operators',
  );
  const source = items.find(({ name }) => name === 'csv-source');
  t.ok(source?.options.some(({ name }) => name === 'delimiter'));
  t.ok(source?.reasons.some(({ code }) => code === 'bad_quoting'));
  t.match(await json(serving, '/operators/nothing'), { code: 'no_such_operator' });
  const datasets = await json<{ items: { name: string; plan: { id: string }[] }[] }>(serving, '/datasets');
  t.match(
    datasets.items.map(({ name }) => name),
    ['sales'],
  );
  t.equal(datasets.items[0]?.plan[0]?.id, 'csv-source');
  await loaded(serving, home, { 'a.csv': salesCsv(100) });
  const metrics = await (await fetch(`${serving.url}/metrics`)).text();
  t.match(metrics, /tillstream_operator_out_records_total\{operator="batch-insert"\} 100\n/);
  t.match(metrics, /tillstream_runs_total\{status="done"\} 1\n/);
  t.match(
    metrics,
    /tillstream_http_request_duration_seconds_count\{method="GET",route="\/operators",status="200"\} 1\n/,
  );
});
