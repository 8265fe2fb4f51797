import { readFile, rename, writeFile } from 'node:fs/promises';
import t, { type Test } from 'tap';
import type { Home } from '../../jobs/home.ts';
import type { Health, JobList, JobRunPage, JobSummary, RunSummary } from '../../server/schemas.ts';
import { drop, json, newHome, type Serving, salesCsv, served, until } from './serving.ts';
import { watch } from './watching.ts';

const post = { method: 'POST' };

/** A home whose main job does not begin by itself. */
async function quietHome(t: Test): Promise<Home> {
  const home = await newHome(t);
  await configure(home, { 'daily-run': { atStart: false } });
  return home;
}

async function configure(home: Home, jobs: object): Promise<void> {
  const config = JSON.parse(await readFile(home.config, 'utf8')) as object;
  await writeFile(`${home.config}.new`, JSON.stringify({ ...config, jobs }));
  await rename(`${home.config}.new`, home.config);
}

async function jobCalled(serving: Serving, name: string): Promise<JobSummary | undefined> {
  return (await json<JobList>(serving, '/jobs')).items.find((job) => job.name === name);
}

t.test('jobs are shown, run, paused and resumed over REST', async (t) => {
  const home = await quietHome(t);
  await drop(home, 'a.csv', salesCsv(50));
  const serving = await served(t, home, { jobs: true });
  const { running_here, note, items } = await json<JobList>(serving, '/jobs');
  t.match({ running_here, note }, { running_here: true, note: null });
  t.match(items[0], { name: 'daily-run', schedule: 'every 24 hours', state: 'idle', last: null, next_at: /Z$/ });
  const watcher = await watch(t, serving, '?topics=jobs');
  t.match(await json(serving, '/jobs/retention/run', post), { job: 'retention', job_run_id: Number });
  const retention = () => watcher.state.jobs?.find(({ name }) => name === 'retention');
  await watcher.until(() => retention()?.last?.status === 'done');
  t.match(retention(), { state: 'idle', line: /backed up/ }, 'followed live');
  t.same(watcher.problems, []);
  const page = await until(
    () => json<JobRunPage>(serving, '/jobs/retention/runs'),
    ({ items }) => items[0]?.status === 'done',
  );
  t.match(page, { total: 1, items: [{ trigger: 'hand', duration_ms: Number, log: /backed up/, error: null }] });
  t.match(await json(serving, '/jobs/retention/pause', post), { paused: true, state: 'paused', next_at: null });
  t.match(await json(serving, '/jobs/retention/resume', post), { paused: false, state: 'idle' });
  t.match(await json(serving, '/jobs/retentoin/run', post), {
    status: 404,
    code: 'no_such_job',
    detail: /did you mean/,
  });
  await until(
    () => jobCalled(serving, 'watch'),
    (job) => job?.state === 'running',
  );
  t.match(await json(serving, '/jobs/watch/run', post), { status: 409, code: 'job_running' });
  const { checks } = await json<Health>(serving, '/health');
  t.match(
    checks.find(({ name }) => name === 'scheduler'),
    { status: 'ok' },
  );
});

t.test('a file dropped while the daily run runs is loaded after it, and nothing twice', async (t) => {
  const home = await quietHome(t);
  const serving = await served(t, home, { jobs: true });
  await drop(home, 'big.csv', salesCsv(60_000));
  await json(serving, '/jobs/daily-run/run', post);
  await until(
    () => json<{ items: RunSummary[] }>(serving, '/runs'),
    ({ items }) => items[0]?.status === 'running',
  );
  await drop(home, 'late.csv', salesCsv(100, 500_000));
  const runs = await until(
    () => json<{ items: RunSummary[] }>(serving, '/runs'),
    ({ items }) =>
      items.every(({ status }) => status === 'done') && items.reduce((sum, { read }) => sum + read, 0) >= 60_100,
  );
  t.equal(
    runs.items.reduce((sum, { inserted }) => sum + inserted, 0),
    60_100,
  );
  t.ok(
    runs.items.some(({ trigger }) => trigger === 'watch'),
    'by the watch',
  );
  t.match(await json(serving, '/health'), { status: 'ok' });
});

t.test('runs that are asked for are made in order', async (t) => {
  const home = await quietHome(t);
  const serving = await served(t, home);
  t.match(await json(serving, '/jobs'), { running_here: false, note: null }, 'without jobs, too');
  const files = await Promise.all(
    ['c', 'a', 'b'].map(async (name, i) => {
      await writeFile(`${home.dir}/${name}.csv`, salesCsv(2_000, i * 10_000));
      return `${home.dir}/${name}.csv`;
    }),
  );
  const reports = await Promise.all(files.map((file) => serving.run({ trigger: 'test', files: [file] })));
  t.strictSame(
    reports.map(({ run_id, files }) => [run_id, files[0]?.name]),
    [
      [1, 'c.csv'],
      [2, 'a.csv'],
      [3, 'b.csv'],
    ],
  );
});

t.test('a second server of the same home runs no jobs, and takes over when the first ends', async (t) => {
  const home = await quietHome(t);
  const first = await served(t, home, { jobs: true });
  const second = await served(t, home, { jobs: true });
  t.match(second.jobs(), { isRunning: false, note: /tillstream start \(process \d+\)/ });
  t.match(await json(second, '/jobs/retention/run', post), { status: 409, code: 'jobs_elsewhere' });
  t.match(await json(second, '/jobs/retention/pause', post), { paused: true }, 'but it may pause them');
  t.match(await jobCalled(first, 'retention'), { paused: true });
  await first.stop();
  await until(
    () => second.jobs().isRunning,
    (isRunning) => isRunning,
  );
  t.match(second.jobs(), { note: null });
});

t.test('a changed configuration counts without a restart, and one that cannot be used changes nothing', async (t) => {
  const home = await quietHome(t);
  const serving = await served(t, home, { jobs: true });
  await configure(home, { timeZone: 'Europe/Berlin', 'daily-run': { cron: '30 6 * * *', atStart: false } });
  await until(
    () => jobCalled(serving, 'daily-run'),
    (job) => job?.schedule === 'every day at 06:30, Europe/Berlin',
  );
  await configure(home, { 'daily-run': { cron: 'daily' } });
  const { checks } = await until(
    () => json<Health>(serving, '/health'),
    ({ status }) => status === 'failing',
  );
  t.match(
    checks.find(({ name }) => name === 'scheduler'),
    { status: 'failing', message: /schedules stay as they were: .*jobs\.daily-run\.cron/s },
  );
  t.match(await jobCalled(serving, 'daily-run'), { schedule: 'every day at 06:30, Europe/Berlin' });
});

t.test('a job that fails its last attempt is an alert, until it is well again', async (t) => {
  const home = await newHome(t);
  await configure(home, { 'daily-run': { atStart: false, attempts: 1 } });
  const serving = await served(t, home, { jobs: true });
  const good = await readFile(home.config, 'utf8');
  await writeFile(home.config, '{ "datasets": 1 }');
  await json(serving, '/jobs/daily-run/run', post);
  const alerts = () => json<{ items: { code: string; message: string; state: string }[] }>(serving, '/alerts');
  const { items } = await until(alerts, ({ items }) => items.length > 0);
  t.match(items, [{ code: 'job-failed', message: /daily-run failed: .*datasets/s }]);
  t.match(await jobCalled(serving, 'daily-run'), { state: 'failed', last: { error: { code: 'invalid_config' } } });
  t.equal((await fetch(`${serving.url}/health`)).status, 503);
  await writeFile(home.config, good);
  await json(serving, '/jobs/daily-run/run', post);
  await until(
    () => json<Health>(serving, '/health'),
    ({ status }) => status === 'ok',
  );
  t.match(
    (await alerts()).items.filter(({ state }) => state === 'open'),
    [],
  );
});
