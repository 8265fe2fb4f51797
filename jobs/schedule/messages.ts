import type { JobTrigger } from '../../db/operations/jobs.ts';
import type { ErrorData } from '../../engine/errors.ts';
import type { RunReport } from '../ingest/report.ts';
import type { RunRequest } from '../ingest/request.ts';
import type { JobResult } from './context.ts';

/** To the worker of a job. Bree's own word, the text `cancel`, asks it to stop. */
export type ToJob =
  /** `clockOffset`: how far the scheduler's clock is ahead of the system's, in milliseconds. */
  | { readonly type: 'begin'; readonly homeDir: string; readonly trigger: JobTrigger; readonly clockOffset: number }
  | { readonly type: 'wake' }
  | { readonly type: 'ingested'; readonly id: number; readonly report: RunReport }
  | { readonly type: 'not-ingested'; readonly id: number; readonly error: ErrorData }
  | 'cancel';

/** From the worker of a job. */
export type FromJob =
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'ingest'; readonly id: number; readonly request: RunRequest }
  | { readonly type: 'done'; readonly result: JobResult }
  | { readonly type: 'failed'; readonly error: ErrorData };
