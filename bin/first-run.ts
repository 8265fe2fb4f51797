import type { JobRunRecord } from '../db/operations/jobs.ts';
import type { RunReport } from '../jobs/ingest/report.ts';
import type { ServeOptions } from '../server/serve.ts';
import { IngestProgress } from './progress.ts';
import { say, type Terminal } from './terminal.ts';

/** What a start begins with, as the scheduler and runs call it. */
export const MAIN_JOB = 'daily-run';

/** The daily run that the start begins with, as it is told in the terminal. */
export class FirstRun {
  report: RunReport | null = null;
  readonly #terminal: Terminal;
  readonly #progress: IngestProgress;
  readonly #ended = Promise.withResolvers<void>();
  #isOver = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#progress = new IngestProgress(terminal);
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  readonly listeners: Required<Pick<ServeOptions, 'onRun' | 'onJob'>> = {
    onRun: {
      event: (event, { trigger }) => {
        if (!this.#isOver && trigger === MAIN_JOB) this.#progress.onEvent(event);
      },
      ended: (outcome, { trigger }) => {
        if (!this.#isOver && trigger === MAIN_JOB && !(outcome instanceof Error)) this.report = outcome;
      },
    },
    onJob: {
      logged: (job, line) => {
        if (!this.#isOver && job === MAIN_JOB) say(this.#terminal, line);
      },
      ended: (run) => this.#jobEnded(run),
    },
  };

  #jobEnded({ job, status, message }: JobRunRecord): void {
    if (job !== MAIN_JOB || this.#isOver) return;
    this.#isOver = true;
    if (status === 'failed') say(this.#terminal, `The inbox could not be loaded: ${message}`);
    this.#ended.resolve();
  }
}
