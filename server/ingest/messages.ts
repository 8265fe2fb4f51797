import type { ErrorData } from '../../engine/errors.ts';
import type { IngestEvent } from '../../jobs/ingest/events.ts';
import type { RunReport } from '../../jobs/ingest/report.ts';
import type { RunRequest } from '../../jobs/ingest/request.ts';
import type { TapSample } from '../../operators/tap.ts';

/** What the worker begins with. */
export interface WorkerInput {
  readonly homeDir: string;
  readonly sampleMs: number;
}

/** From the server to the worker. */
export type ToWorker =
  /** `watched` are ids of operators whose records are looked at. */
  | { readonly type: 'begin'; readonly request: RunRequest; readonly watched: readonly string[] }
  | { readonly type: 'cancel' }
  | { readonly type: 'watch'; readonly operators: readonly string[] };

/** From the worker to the server. */
export type FromWorker =
  | { readonly type: 'event'; readonly event: IngestEvent }
  | { readonly type: 'tap'; readonly sample: TapSample }
  | { readonly type: 'done'; readonly report: RunReport }
  | { readonly type: 'failed'; readonly error: ErrorData };
