import { TillstreamError } from '../engine/errors.ts';
import { makeUpSales } from './demo.ts';
import { makeFolders } from './home.ts';
import type { RunReport } from './ingest/report.ts';
import { reportSentence } from './ingest/report-sentence.ts';
import { isAbort, troubleOf } from './ingest/trouble.ts';
import { type PipelineHealth, writePipelineHealth } from './pipeline-health.ts';
import type { JobContext, JobResult } from './schedule/context.ts';

export interface DailyRunResult extends JobResult {
  readonly result: {
    /** Names of the files that were made up: none but in the demo. */
    readonly demo: readonly string[];
    readonly run_id: number | null;
    readonly status: RunReport['status'];
    readonly files: number;
    readonly ledger: RunReport['ledger'];
  };
}

/**
 * The main job: in the demo makes up the sales since the last time, loads what the inbox holds with all the outputs that the datasets ask
 * for, and leaves `logs/pipeline_health.json`. Throws what a run is made impossible by; a file that fails is in the report.
 */
export async function dailyRun(context: JobContext): Promise<DailyRunResult> {
  const { home, now } = context;
  const note = (status: PipelineHealth['status'], message: string) =>
    writePipelineHealth(home, { timestamp: new Date(now()).toISOString(), status, message });
  try {
    const done = await work(context);
    await note(done.result.status === 'done' ? 'OK' : 'FAIL', done.message);
    return done;
  } catch (error) {
    if (!isAbort(error)) await note('FAIL', troubleOf(error).message);
    throw error;
  }
}

async function work({ home, now, signal, log, ingest }: JobContext): Promise<DailyRunResult> {
  await makeFolders(home);
  const demo = await makeUpSales({ home, now, signal, log });
  const report = await ingest({ trigger: 'daily-run' }, signal);
  const { run_id, status, files, ledger, error } = report;
  const message = reportSentence(report);
  if (status === 'aborted') throw new DOMException(message, 'AbortError');
  if (error) throw new TillstreamError(error.code, error.message);
  return { message, result: { demo, run_id, status, files: files.length, ledger } };
}
