import type { MetricsSample } from '../../engine/metrics.ts';
import type { Disposition } from '../../operators/warehouse.ts';
import type { Holder } from '../lock.ts';
import type { FileReport, RunReport } from './report.ts';

/** What an ingest run tells whoever looks on, in plain data. */
export type IngestEvent =
  | { readonly type: 'waiting'; readonly holder: Holder | undefined }
  | { readonly type: 'run-started'; readonly runId: number; readonly files: number; readonly bytes: number }
  | FileStarted
  | { readonly type: 'sample'; readonly file: string; readonly sample: MetricsSample }
  | { readonly type: 'file-finished'; readonly file: FileReport; readonly sizeBytes: number }
  | { readonly type: 'run-finished'; readonly report: RunReport };

export interface FileStarted {
  readonly type: 'file-started';
  readonly fileId: number;
  readonly file: string;
  readonly dataset: string;
  readonly sizeBytes: number;
  /** Bytes that an earlier run had committed. */
  readonly resumedAt: number;
  readonly disposition: Disposition;
  /** The operators it goes through. */
  readonly plan: readonly {
    readonly id: string;
    readonly operator: string;
    /** Ids of those it takes its records from. */
    readonly inputs: readonly string[];
  }[];
  /** Index in the plan of the first operator on the writer's thread. */
  readonly stageFrom: number;
}
