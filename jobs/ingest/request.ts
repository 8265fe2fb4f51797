import type { RunReport } from './report.ts';

/** What a run is asked for. */
export interface RunRequest {
  /** What started it. */
  readonly trigger: string;
  /** Paths of the files; without them, all that is in the inbox. */
  readonly files?: readonly string[];
  readonly dataset?: string;
  /** Of the inbox, only files of these names, which are known to be whole; those that are gone by then are no matter. */
  readonly only?: readonly string[];
}

/** Has a run made, when those before it are over. Rejects if there could be none; a run that was stopped is `aborted`. */
export type RequestIngest = (request: RunRequest, signal?: AbortSignal) => Promise<RunReport>;
