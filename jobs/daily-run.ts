import { TillstreamError } from '../engine/errors.ts';
import { checkFigures, type FigureCheck } from './check-figures.ts';
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
    readonly checks: FigureCheck['result'];
  };
}

/**
 * The main job: in the demo makes up the sales since the last time, loads what the inbox holds with all the outputs that the datasets ask
 * for, checks the figures, and leaves `logs/pipeline_health.json`, which is FAIL after a run that failed or a critical finding. Throws what a run is made impossible by; a file that fails is in the report.
 */
export async function dailyRun(context: JobContext): Promise<DailyRunResult> {
  const { home, now } = context;
  const note = (status: PipelineHealth['status'], message: string) =>
    writePipelineHealth(home, { timestamp: new Date(now()).toISOString(), status, message });
  try {
    const done = await work(context);
    const { status, checks } = done.result;
    await note(status === 'done' && checks.critical === 0 ? 'OK' : 'FAIL', done.message);
    return done;
  } catch (error) {
    if (!isAbort(error)) await note('FAIL', troubleOf(error).message);
    throw error;
  }
}

async function work(context: JobContext): Promise<DailyRunResult> {
  const { home, now, signal, log, ingest } = context;
  await makeFolders(home);
  const demo = await makeUpSales({ home, now, signal, log });
  const report = await ingest({ trigger: 'daily-run' }, signal);
  const { run_id, status, files, ledger, error } = report;
  if (status === 'aborted') throw new DOMException(reportSentence(report), 'AbortError');
  if (error) throw new TillstreamError(error.code, error.message);
  const checks = await checkFigures(context);
  log(checks.message);
  const message = `${reportSentence(report)}; ${checks.message}`;
  return { message, result: { demo, run_id, status, files: files.length, ledger, checks: checks.result } };
}
