import type { JobMemory, JobRunRecord, JobTrigger } from '../../db/operations/jobs.ts';
import type { JobDefinition } from './definitions.ts';

/** A run that is to begin. */
export interface Due {
  readonly trigger: JobTrigger;
  readonly attempt: number;
  /** The turn that it is for. */
  readonly dueAt: number;
  /** Turns that it stands for, itself among them. */
  readonly turns: number;
}

/** A turn that comes later than this was missed: the machine slept, or nothing ran. */
const LATE_MS = 60_000;
/** Waiting before the second attempt; each one after it waits twice as long. */
const RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 30 * 60_000;
/** The same for a job that should run all the time. */
const RESTART_MS = 1_000;
const LONGEST_RESTART_MS = 60_000;
/** One that has run for so long was well: it begins to count anew. */
const WELL_MS = 5 * 60_000;

/** When the attempt after that one is due, by the end of that one. */
export function retryAt(definition: JobDefinition, { attempt, ended_at, due_at }: JobRunRecord): number {
  const [first, longest] = definition.schedule ? [RETRY_MS, LONGEST_RETRY_MS] : [RESTART_MS, LONGEST_RESTART_MS];
  return (ended_at ?? due_at) + Math.min(longest, first * 2 ** Math.min(30, attempt - 1));
}

/** Is another attempt to follow that run? */
export function isToBeRetried(definition: JobDefinition, last: JobRunRecord): boolean {
  if (!definition.schedule) return last.status !== 'running';
  return (last.status === 'failed' || last.status === 'lost') && last.attempt < definition.attempts;
}

/** The turn that has come, if one has: however many were missed, it is one run. */
export function turnNow({ schedule }: JobDefinition, { lastDueAt }: JobMemory, now: number): Due | null {
  if (!schedule || lastDueAt === null) return null;
  const turns = schedule.since(lastDueAt, now);
  if (!turns) return null;
  const { latest: dueAt, count } = turns;
  const trigger = count > 1 || now - dueAt > LATE_MS ? 'catch-up' : 'schedule';
  return { trigger, attempt: 1, dueAt, turns: count };
}

/** The attempt that is to follow one that failed, if its time has come. */
export function retryNow(definition: JobDefinition, { last }: JobMemory, now: number): Due | null {
  if (!last) return definition.schedule ? null : { trigger: 'start', attempt: 1, dueAt: now, turns: 1 };
  if (!isToBeRetried(definition, last)) return null;
  // One that was told to stop did nothing wrong.
  if (last.status === 'cancelled') return { trigger: 'start', attempt: 1, dueAt: now, turns: 1 };
  if (now < retryAt(definition, last)) return null;
  const attempt = !definition.schedule && wasWell(last) ? 1 : last.attempt + 1;
  return { trigger: 'retry', attempt, dueAt: definition.schedule ? last.due_at : now, turns: 1 };
}

function wasWell({ started_at, ended_at }: JobRunRecord): boolean {
  return started_at !== null && ended_at !== null && ended_at - started_at >= WELL_MS;
}

/** When the job begins next, as far as is known; null for one that is paused, or runs all the time and did not fail. */
export function nextAt(definition: JobDefinition, memory: JobMemory): number | null {
  const { last, lastDueAt, pausedAt } = memory;
  if (definition.paused || pausedAt !== null) return null;
  const turn = definition.schedule && lastDueAt !== null ? definition.schedule.next(lastDueAt) : null;
  const isRetry = last !== null && last.status !== 'cancelled' && isToBeRetried(definition, last);
  const retry = isRetry ? retryAt(definition, last) : null;
  if (turn === null || retry === null) return turn ?? retry;
  return Math.min(turn, retry);
}
