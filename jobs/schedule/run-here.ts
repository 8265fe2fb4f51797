import { openOperations } from '../../db/operations/connection.ts';
import { type JobEnd, JobRecords, type JobTrigger } from '../../db/operations/jobs.ts';
import type { Home } from '../home.ts';
import type { RunReport } from '../ingest/report.ts';
import { isAbort, troubleOf } from '../ingest/trouble.ts';
import { type IngestOptions, ingest } from '../ingest.ts';
import type { Job, JobResult } from './context.ts';
import { jobRunning } from './errors.ts';
import { LogTail } from './log-tail.ts';
import { settleLost } from './lost.ts';

export interface RunHereOptions extends Pick<IngestOptions, 'onEvent' | 'now' | 'wait'> {
  readonly home: Home;
  readonly name: string;
  readonly job: Job;
  readonly trigger: JobTrigger;
  readonly signal: AbortSignal;
  readonly log?: (line: string) => void;
}

export interface RanHere {
  readonly result: JobResult;
  /** Of the runs that the job had made, in order. */
  readonly reports: readonly RunReport[];
}

/**
 * Runs a job in this very thread, and notes it as if the scheduler had run it. Throws what the job throws, or `job_running`, where another
 * process runs it.
 */
export async function runHere(options: RunHereOptions): Promise<RanHere> {
  const { home, name, trigger, now = Date.now } = options;
  const db = openOperations(home.operations);
  try {
    const records = new JobRecords(db);
    await settleLost(home, records, now());
    if (records.of(name).last?.status === 'running') throw jobRunning(name);
    const start = { job: name, trigger, attempt: 1, due_at: now(), started_at: now(), pid: process.pid };
    return await noted(options, records, records.start(start));
  } finally {
    db.close();
  }
}

async function noted(options: RunHereOptions, records: JobRecords, jobRunId: number): Promise<RanHere> {
  const { now = Date.now } = options;
  const tail = new LogTail();
  const finish = (end: Omit<JobEnd, 'ended_at' | 'log'>) =>
    records.finish(jobRunId, { ...end, ended_at: now(), log: tail.text });
  try {
    const ran = await run(options, tail);
    finish({ status: 'done', ...ran.result });
    return ran;
  } catch (error) {
    const { code, message } = troubleOf(error);
    finish(isAbort(error) ? { status: 'cancelled', message } : { status: 'failed', error_code: code, message });
    throw error;
  }
}

async function run(
  { home, job, trigger, signal, log, onEvent, wait, now = Date.now }: RunHereOptions,
  tail: LogTail,
): Promise<RanHere> {
  const reports: RunReport[] = [];
  const result = await job({
    ...{ home, trigger, signal, now, onWake: () => {} },
    log: (line) => {
      tail.add(line, now());
      log?.(line);
    },
    ingest: async (request, signal) => {
      const given = { ...(signal && { signal }), ...(onEvent && { onEvent }), ...(wait !== undefined && { wait }) };
      const report = await ingest({ home, now, ...request, ...given });
      reports.push(report);
      return report;
    },
  });
  return { result, reports };
}
