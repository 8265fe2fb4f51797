import t from 'tap';
import { openOperations } from '../../db/operations/connection.ts';
import { JobRecords } from '../../db/operations/jobs.ts';
import { pauseJob, resumeJob } from '../../jobs/schedule/board.ts';
import { berlin, HOUR, MINUTE, NOON, Rig, told } from './scheduling.ts';

t.test('a job runs at its turn, in a worker, and what it says is kept', async (t) => {
  const rig = new Rig(t);
  rig.tell('work');
  await rig.start();
  rig.pass(HOUR - 1);
  t.same(rig.runs(), [], 'not before');
  await rig.passed(1);
  const [run] = rig.runs();
  t.match(run, { trigger: 'schedule', status: 'done', due_at: NOON + HOUR, started_at: NOON + HOUR, message: 'work' });
  t.match(run?.log, /^2026-03-01T13:00:00Z told to work\n$/);
  const { at } = JSON.parse(run?.result ?? '') as { at: number };
  t.ok(at >= NOON + HOUR && at < NOON + HOUR + MINUTE, 'the worker has the clock of the scheduler');
  await rig.passed(HOUR);
  t.strictSame(rig.story(), ['schedule 1 done', 'schedule 1 done']);
});

t.test('a job that fails is tried again, later each time, and not for ever', async (t) => {
  const rig = new Rig(t);
  rig.tell('fail');
  await rig.start();
  await rig.passed(HOUR);
  t.match(rig.runs()[0], { status: 'failed', error_code: 'unexpected', message: 'as it was told' });
  await rig.passed(29_999);
  t.equal(rig.runs().length, 1, 'not at once');
  await rig.passed(1);
  await rig.passed(59_999);
  t.equal(rig.runs().length, 2, 'then twice as late');
  await rig.passed(1);
  await rig.passed(10 * MINUTE);
  t.strictSame(rig.story(), ['schedule 1 failed', 'retry 2 failed', 'retry 3 failed']);
  t.ok(
    rig.runs().every(({ due_at }) => due_at === NOON + HOUR),
    'all for the same turn',
  );
  rig.tell('work');
  await rig.passed(NOON + 2 * HOUR - rig.now);
  t.equal(rig.story().at(-1), 'schedule 1 done', 'the next turn is another matter');
});

t.test('a worker that dies in mid-job is seen, and the job tried again', async (t) => {
  for (const [death, message] of [
    ['crash', /nobody caught this/],
    ['exit', /exited with code 3/],
  ] as const) {
    await t.test(death, async (t) => {
      const rig = new Rig(t);
      rig.tell(death);
      await rig.start();
      await rig.passed(HOUR);
      t.match(rig.runs()[0], { status: 'failed', error_code: 'job_crashed', message, log: /told to/ });
      rig.tell('work');
      await rig.passed(MINUTE);
      t.strictSame(rig.story(), ['schedule 1 failed', 'retry 2 done']);
    });
  }
});

t.test('a job past its deadline is asked to stop, and tried again', async (t) => {
  const rig = new Rig(t);
  rig.tell('wait');
  await rig.start();
  rig.pass(HOUR);
  await rig.said();
  rig.pass(30 * MINUTE);
  await rig.idle();
  t.match(rig.runs()[0], { status: 'failed', error_code: 'deadline_exceeded', message: /longer than 30 minutes/ });
  rig.tell('work');
  await rig.passed(MINUTE);
  t.equal(rig.story().at(-1), 'retry 2 done');
});

t.test('a job that does not even listen is ended', async (t) => {
  const rig = new Rig(t);
  rig.tell('deaf');
  await rig.start();
  rig.pass(HOUR);
  await rig.said();
  rig.pass(30 * MINUTE);
  rig.pass(19_999);
  t.match(rig.runs()[0], { status: 'running' }, 'it is given time');
  await rig.passed(1);
  t.match(rig.runs()[0], { status: 'failed', error_code: 'deadline_exceeded' });
});

t.test('a turn that comes while the job still runs is skipped, and said so', async (t) => {
  const rig = new Rig(t);
  rig.tell('wait');
  await rig.start([told({ deadlineMs: null })]);
  rig.pass(HOUR);
  rig.pass(HOUR);
  rig.pass(HOUR);
  t.strictSame(rig.story(), ['schedule 1 running', 'schedule 1 skipped', 'schedule 1 skipped']);
  t.match(rig.runs()[1], { due_at: NOON + 2 * HOUR, message: /still running since 2026-03-01T13:00/ });
  t.throws(() => rig.scheduler.runNow('told'), { code: 'job_running' });
});

t.test('turns that were missed are caught up once', async (t) => {
  const rig = new Rig(t);
  rig.tell('work');
  await rig.start();
  await rig.passed(5 * HOUR + 10 * MINUTE);
  t.match(rig.runs(), [{ trigger: 'catch-up', due_at: NOON + 5 * HOUR, log: /stands for 5 turns/ }]);
  await rig.passed(49 * MINUTE);
  t.equal(rig.runs().length, 1);
  await rig.passed(MINUTE);
  t.strictSame(rig.story(), ['catch-up 1 done', 'schedule 1 done'], 'and then it goes on as before');
});

t.test('what was missed while no process ran, is caught up by the next, also once', async (t) => {
  const rig = new Rig(t);
  rig.tell('work');
  await rig.start();
  await rig.scheduler.close();
  rig.now += 30 * HOUR;
  await rig.start();
  await rig.idle();
  await rig.scheduler.close();
  await rig.start();
  await rig.idle();
  t.strictSame(rig.story(), ['catch-up 1 done']);
});

t.test('a job at start runs once, whatever it has missed', async (t) => {
  const rig = new Rig(t);
  rig.tell('work');
  await rig.start([told({ atStart: true })]);
  await rig.idle();
  await rig.scheduler.close();
  rig.now += 30 * HOUR;
  await rig.start([told({ atStart: true })]);
  await rig.idle();
  await rig.passed(59 * MINUTE);
  t.strictSame(rig.story(), ['start 1 done', 'catch-up 1 done']);
  await rig.passed(MINUTE);
  t.equal(rig.runs().length, 3, 'the period counts from there');
});

t.test('a run whose process died is lost, and tried again by the next', async (t) => {
  const rig = new Rig(t);
  rig.tell('work');
  rig.records.setLastDue('told', NOON);
  rig.records.start({ job: 'told', trigger: 'schedule', attempt: 1, due_at: NOON, started_at: NOON });
  await rig.start();
  t.match(rig.runs()[0], { status: 'lost', ended_at: NOON, message: /process ended/ });
  await rig.passed(MINUTE);
  t.strictSame(rig.story(), ['schedule 1 lost', 'retry 2 done']);
});

t.test('a run of a terminal that is still there is not lost', async (t) => {
  const rig = new Rig(t);
  const start = { job: 'told', trigger: 'hand', attempt: 1, due_at: NOON, started_at: NOON } as const;
  rig.records.start({ ...start, pid: process.ppid });
  await rig.start();
  t.strictSame(rig.story(), ['hand 1 running']);
});

t.test('a job that is paused does not begin, also if another process paused it', async (t) => {
  const rig = new Rig(t);
  rig.tell('work');
  await rig.start();
  const other = openOperations(rig.home.operations);
  pauseJob(new JobRecords(other), [told()], 'told', rig.now);
  await rig.passed(3 * HOUR);
  t.same(rig.runs(), []);
  rig.scheduler.runNow('told');
  await rig.idle();
  t.strictSame(rig.story(), ['hand 1 done'], 'by hand it may');
  resumeJob(new JobRecords(other), [told()], 'told', rig.now);
  other.close();
  await rig.passed(HOUR - 1);
  t.equal(rig.runs().length, 1, 'what was paused was not missed');
  await rig.passed(1);
  t.equal(rig.story().at(-1), 'schedule 1 done');
  t.throws(() => rig.scheduler.pause('tolled'), { code: 'no_such_job', message: /did you mean "told"/ });
  t.throws(() => resumeJob(rig.records, [told({ paused: true })], 'told', 0), { code: 'job_paused_by_configuration' });
});

t.test('a job that should run all the time is begun again, later each time, and stopped by a pause', async (t) => {
  const rig = new Rig(t);
  rig.tell('fail');
  await rig.start([told({ schedule: null, deadlineMs: null })]);
  await rig.idle();
  await rig.passed(999);
  t.strictSame(rig.story(), ['start 1 failed']);
  await rig.passed(1);
  await rig.passed(2_000);
  t.strictSame(rig.story(), ['start 1 failed', 'retry 2 failed', 'retry 3 failed'], 'beyond all attempts');
  rig.tell('wait');
  rig.pass(MINUTE);
  await rig.said();
  rig.scheduler.pause('told');
  await rig.idle();
  await rig.passed(HOUR);
  t.equal(rig.story().at(-1), 'retry 4 cancelled');
  rig.scheduler.resume('told');
  await rig.said();
  t.equal(rig.story().at(-1), 'start 1 running');
});

t.test('what follows a run is begun once more if it was running, and once only', async (t) => {
  const rig = new Rig(t);
  rig.tell('wake');
  await rig.start();
  rig.scheduler.follow('told');
  await rig.said();
  for (let i = 0; i < 5; i++) rig.scheduler.follow('told');
  rig.scheduler.wake('told');
  await rig.said();
  rig.scheduler.wake('told');
  await rig.idle();
  t.strictSame(rig.story(), ['after-run 1 done', 'after-run 1 done']);
});

t.test('a job waits at start for the one that it starts after', async (t) => {
  const rig = new Rig(t);
  rig.tell('wake');
  await rig.start([told({ atStart: true }), told({ name: 'after', schedule: null, startsAfter: 'told' })]);
  await rig.said();
  rig.pass(MINUTE);
  t.same(rig.runs('after'), []);
  rig.scheduler.wake('told');
  await rig.idle();
  rig.pass(1_000);
  await rig.said('after');
  t.strictSame(rig.story('after'), ['start 1 running']);
});

t.test('a job has runs made by its host, and stopping it stops them', async (t) => {
  const asked = Promise.withResolvers<AbortSignal | undefined>();
  const rig = new Rig(t, async (_request, signal) => {
    asked.resolve(signal);
    await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    throw new Error('never');
  });
  rig.tell('ingest');
  await rig.start();
  rig.pass(HOUR);
  const signal = await asked.promise;
  await rig.scheduler.close();
  t.equal(signal?.aborted, true);
  t.match(rig.runs()[0], { status: 'cancelled', message: 'told to stop' });
});

t.test('another schedule counts from when it was changed', async (t) => {
  const rig = new Rig(t);
  rig.tell('work');
  await rig.start();
  rig.pass(50 * MINUTE);
  const { schedule } = told();
  rig.scheduler.redefine([told({ schedule: schedule && { ...schedule, words: 'hourly' } })]);
  await rig.passed(30 * MINUTE);
  t.same(rig.runs(), []);
  await rig.passed(30 * MINUTE);
  t.strictSame(rig.story(), ['schedule 1 done']);
});

t.test('across both changes of the clocks a daily job runs once a day', async (t) => {
  for (const [from, runs] of [
    ['2026-03-28T12:00:00Z', ['2026-03-29T01:00', '2026-03-30T00:30']],
    ['2026-10-24T12:00:00Z', ['2026-10-25T00:30', '2026-10-26T01:30']],
  ] as const) {
    await t.test(from, async (t) => {
      const rig = new Rig(t);
      rig.now = Date.parse(from);
      rig.tell('work');
      await rig.start([told({ schedule: berlin('30 2 * * *') })]);
      for (let step = 0; step < 48 * 2; step++) await rig.passed(30 * MINUTE);
      const begun = rig.runs().map(({ started_at }) => new Date(started_at ?? 0).toISOString().slice(0, 16));
      t.strictSame(begun, runs);
      t.strictSame(rig.story(), ['schedule 1 done', 'schedule 1 done']);
    });
  }
});
