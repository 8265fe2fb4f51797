import type { JobSettings, TurnSettings } from '../../operators/dataset/settings/jobs.ts';
import type { Job } from './context.ts';
import { cronWords } from './cron-words.ts';
import { type Schedule, scheduleOf } from './schedule.ts';

/** A job, and when and how it runs. */
export interface JobDefinition {
  readonly name: string;
  /** What it does, in a sentence. */
  readonly summary: string;
  /** Null: it runs all the time. */
  readonly schedule: Schedule | null;
  readonly atStart: boolean;
  /** At start it waits until that job, if it runs at start too, has ended. */
  readonly startsAfter: string | null;
  /** It is stopped when it takes longer; null: never. */
  readonly deadlineMs: number | null;
  /** Times that it is tried before it counts as failed. */
  readonly attempts: number;
  /** By the configuration. */
  readonly paused: boolean;
  /** The file of its worker thread. */
  readonly worker: URL;
}

/** A job as the program knows it, before the configuration is asked. */
interface Known {
  readonly summary: string;
  readonly load: () => Promise<Job>;
  readonly startsAfter?: string;
  /** Settings where the configuration says nothing; without them the job runs all the time. */
  readonly turns?: TurnSettings;
}

const KNOWN = {
  'daily-run': {
    summary: 'Loads what is in the inbox, checks the figures and reports.',
    load: async () => (await import('../daily-run.ts')).dailyRun,
    turns: { every: '24 hours', atStart: true, deadlineMinutes: 360, attempts: 3 },
  },
  watch: {
    summary: 'Loads files as soon as they are in the inbox.',
    load: async () => (await import('../watch.ts')).watch,
    // What lies there at start is the daily run's, whose report is looked for.
    startsAfter: 'daily-run',
  },
  monitor: {
    summary: 'Checks the figures, and opens and resolves alerts.',
    load: async () => (await import('../check-figures.ts')).checkFigures,
    turns: { every: '1 hour', deadlineMinutes: 30, attempts: 2 },
  },
  deliver: {
    summary: 'Sends alerts to those who are to know.',
    load: async () => (await import('../deliver.ts')).deliver,
  },
  retention: {
    summary: 'Backs up the warehouse and deletes what is old.',
    load: async () => (await import('../retention.ts')).retention,
    turns: { cron: '30 3 * * *', deadlineMinutes: 120, attempts: 2 },
  },
  verify: {
    summary: 'Recomputes every total from the single sales and compares.',
    load: async () => (await import('../verify.ts')).verifyFigures,
    turns: { cron: '30 4 * * *', deadlineMinutes: 120, attempts: 2 },
  },
} as const satisfies Readonly<Record<string, Known>>;

export type JobName = keyof typeof KNOWN;
export const JOB_NAMES = Object.keys(KNOWN) as readonly JobName[];

/** What a job does, to be run in this very thread. */
export function loadJob(name: JobName): Promise<Job> {
  return KNOWN[name].load();
}

/** The jobs there are, as settings that were checked have them. */
export function jobDefinitions(settings: JobSettings = {}): JobDefinition[] {
  const { timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone } = settings;
  return JOB_NAMES.map((name) => defined(name, KNOWN[name], settings[name] ?? {}, timeZone));
}

function defined(
  name: JobName,
  { summary, turns, startsAfter }: Known,
  said: TurnSettings,
  timeZone: string,
): JobDefinition {
  const { cron, every } = said.cron === undefined && said.every === undefined ? { ...turns } : said;
  const { atStart = false, deadlineMinutes, attempts = 1, paused = false } = { ...turns, ...said };
  const when = { ...(cron !== undefined && { cron }), ...(every !== undefined && { every }) };
  return {
    ...{ name, summary, atStart, startsAfter: startsAfter ?? null, attempts, paused },
    schedule: turns ? scheduleOf(when, timeZone, cronWords) : null,
    deadlineMs: deadlineMinutes === undefined ? null : deadlineMinutes * 60_000,
    worker: new URL(`../workers/${name}.ts`, import.meta.url),
  };
}
