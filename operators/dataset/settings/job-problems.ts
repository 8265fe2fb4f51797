import { createRequire } from 'node:module';
import type * as croner from 'croner';
import type { Problem } from '../problem.ts';
import type { JobSettings, TurnSettings } from './jobs.ts';

const require = createRequire(import.meta.url);

/** What the schema cannot say of when jobs run: expressions that must mean something. */
export function jobProblems(jobs: JobSettings = {}): Problem[] {
  const { 'daily-run': dailyRun, monitor, retention, verify } = jobs;
  return Object.entries({ 'daily-run': dailyRun, monitor, retention, verify }).flatMap(([job, turns]) =>
    turnProblems(turns ?? {}, `/jobs/${job}`),
  );
}

function turnProblems({ cron, every }: TurnSettings, at: string): Problem[] {
  if (cron === undefined) return [];
  const pointer = `${at}/cron`;
  if (every !== undefined) return [{ pointer, message: 'says when it runs, and so does every; leave out one of them' }];
  // Few configurations say so, and all runs would wait until it is loaded.
  const { Cron } = require('croner') as typeof croner;
  try {
    const isEver = new Cron(cron, { paused: true, timezone: 'UTC', mode: '5-part' }).nextRun(new Date(0)) !== null;
    return isEver ? [] : [{ pointer, message: `"${cron}" is a time that never comes` }];
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, '');
    return [{ pointer, message: `expected minute, hour, day, month and weekday, got "${cron}" (${why})` }];
  }
}
