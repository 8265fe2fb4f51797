import { openOperations } from '../../db/operations/connection.ts';
import { JobRecords, type JobRunRecord } from '../../db/operations/jobs.ts';
import type { Home } from '../../jobs/home.ts';
import { type JobView, jobCalled, jobViews, pauseJob, resumeJob } from '../../jobs/schedule/board.ts';
import { type JobDefinition, type JobName, jobDefinitions, loadJob } from '../../jobs/schedule/definitions.ts';
import { jobAlwaysRuns } from '../../jobs/schedule/errors.ts';
import { settleLost } from '../../jobs/schedule/lost.ts';
import { runHere } from '../../jobs/schedule/run-here.ts';
import { readConfig } from '../../operators/dataset/config.ts';
import { jobRunDetail, jobSummary } from '../../server/jobs/job-answers.ts';
import type { Answer, Call, Command } from '../command.ts';
import { duration } from '../figures.ts';
import { homeOf } from '../home-option.ts';
import { IngestProgress } from '../progress.ts';
import { table } from '../table.ts';
import { say } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

const ACTIONS = { run: runJob, pause: pauseNamed, resume: resumeNamed, logs: logsOf };
type Action = keyof typeof ACTIONS;

export const jobsCommand: Command = {
  name: 'jobs',
  summary: 'List the jobs with their schedules, run one now, pause it, or read what it said.',
  description:
    'Jobs run while `tillstream start` does; when they do is in schema_config.json (docs/jobs.md). A job that is run here runs in this ' +
    'terminal. Pausing holds until it is resumed, also over restarts.',
  positionals: '[run|pause|resume|logs NAME]',
  mostPositionals: 2,
  options: [{ name: 'limit', value: 'N', description: 'how many runs `logs` shows, the latest first (default 5)' }],
  examples: [
    { line: 'jobs', does: 'each job: schedule, last and next run' },
    { line: 'jobs run daily-run', does: 'load the inbox, check and report, now' },
    { line: 'jobs pause watch', does: 'leave the inbox alone until `jobs resume watch`' },
    { line: 'jobs logs retention', does: 'what was backed up and deleted' },
  ],
  async run(call) {
    const [action, name] = call.positionals;
    const home = await homeOf(call);
    const jobs = jobDefinitions((await readConfig(home.config)).jobs);
    if (action === undefined) return all(home, jobs);
    if (!isAction(action))
      throw new UsageError(`jobs: expected ${Object.keys(ACTIONS).join(', ')}, got "${action}"`, 'jobs');
    if (name === undefined)
      throw new UsageError(`jobs ${action}: say which job; \`tillstream jobs\` lists them`, 'jobs');
    return ACTIONS[action]({ call, home, jobs, job: jobCalled(jobs, name) });
  },
};

function isAction(text: string): text is Action {
  return Object.hasOwn(ACTIONS, text);
}

function all(home: Home, jobs: readonly JobDefinition[]): Promise<Answer> {
  return withRecords(home, async (records) => {
    await settleLost(home, records, Date.now());
    return listed(jobViews(records, jobs));
  });
}

interface About {
  readonly call: Call;
  readonly home: Home;
  readonly jobs: readonly JobDefinition[];
  readonly job: JobDefinition;
}

async function withRecords(home: Home, work: (records: JobRecords) => Answer | Promise<Answer>): Promise<Answer> {
  const db = openOperations(home.operations);
  try {
    return await work(new JobRecords(db));
  } finally {
    db.close();
  }
}

async function runJob({ call: { terminal }, home, job }: About): Promise<Answer> {
  if (!job.schedule) throw jobAlwaysRuns(job.name);
  const { result } = await runHere({
    ...{ home, name: job.name, job: await loadJob(job.name as JobName), trigger: 'hand', signal: terminal.signal },
    onEvent: new IngestProgress(terminal).onEvent,
    log: (line) => say(terminal, line),
  });
  return { document: { job: job.name, ...result }, text: `${job.name}: ${result.message}\n` };
}

function pauseNamed({ home, jobs, job: { name } }: About): Promise<Answer> {
  return withRecords(home, (records) => {
    pauseJob(records, jobs, name, Date.now());
    return {
      document: { job: name, paused: true },
      text: `${name} is paused; \`tillstream jobs resume ${name}\` ends that.\n`,
    };
  });
}

function resumeNamed({ home, jobs, job: { name } }: About): Promise<Answer> {
  return withRecords(home, (records) => {
    resumeJob(records, jobs, name, Date.now());
    return { document: { job: name, paused: false }, text: `${name} is no longer paused.\n` };
  });
}

function logsOf({ call, home, job: { name } }: About): Promise<Answer> {
  const limit = call.options.whole('limit', 1) ?? 5;
  return withRecords(home, (records) => {
    const items = records.runs(name, { limit });
    return {
      document: { items: items.map(jobRunDetail) },
      text: items.length === 0 ? `${name} has not run yet.\n` : items.map(runText).join('\n'),
    };
  });
}

function runText(run: JobRunRecord): string {
  const { status, trigger, attempt, message, started_at, due_at, log } = run;
  const which = attempt > 1 ? `, attempt ${attempt}` : '';
  return `${local(started_at ?? due_at)}  ${status} (${trigger}${which}, ${took(run)})${message === null ? '' : `: ${message}`}\n${log}`;
}

function listed(views: readonly JobView[]): Answer {
  const text = table(views, [
    { heading: 'Job', show: ({ name }) => name },
    { heading: 'Runs', show: ({ schedule, paused }) => (paused ? `paused (${schedule})` : schedule) },
    { heading: 'Last', show: ({ last }) => (last ? local(last.started_at ?? last.due_at) : '') },
    { heading: 'Status', show: ({ last }) => last?.status ?? 'not yet run' },
    { heading: 'Took', show: ({ last }) => (last ? took(last) : ''), align: 'right' },
    { heading: 'Next', show: ({ next_at }) => (next_at === null ? '' : local(next_at)) },
    { heading: 'Came of it', show: ({ last }) => last?.message ?? '' },
  ]);
  return { document: { items: views.map(jobSummary) }, text };
}

function took({ started_at, ended_at }: JobRunRecord): string {
  return started_at === null || ended_at === null ? '…' : duration(ended_at - started_at);
}

/** The machine's own clock, as `2025-06-30 06:30`. */
function local(ms: number): string {
  return new Date(ms).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' });
}
