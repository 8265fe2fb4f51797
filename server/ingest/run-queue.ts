import type { RunReport } from '../../jobs/ingest/report.ts';
import type { RunRequest } from '../../jobs/ingest/request.ts';

/** Somebody who waits for a run's report. */
interface Waiter {
  readonly signal: AbortSignal | undefined;
  readonly report: PromiseWithResolvers<RunReport>;
}

/** A run that was asked for, and by whom. */
export class WantedRun {
  readonly request: RunRequest;
  readonly #waiters: Waiter[] = [];
  readonly #onUnwanted: () => void;
  /** It is to be made even if nobody waits for what comes of it. */
  isFree = false;

  constructor(request: RunRequest, onUnwanted: () => void) {
    [this.request, this.#onUnwanted] = [request, onUnwanted];
  }

  /** Does anybody wait for it? */
  get isAwaited(): boolean {
    return this.#waiters.some(({ signal }) => !signal?.aborted);
  }

  /** Resolves with the run's report. When all who wait have lost interest, the run is not wanted any more. */
  wait(signal: AbortSignal | undefined): Promise<RunReport> {
    const report = Promise.withResolvers<RunReport>();
    this.#waiters.push({ signal, report });
    const lost = () => {
      if (!this.isFree && !this.isAwaited) this.#onUnwanted();
    };
    signal?.addEventListener('abort', lost, { once: true });
    return report.promise.finally(() => signal?.removeEventListener('abort', lost));
  }

  settle(outcome: RunReport | Error): void {
    for (const { report } of this.#waiters) {
      if (outcome instanceof Error) report.reject(outcome);
      else report.resolve(outcome);
    }
  }
}

/** Runs that wait for their turn, in the order in which they were asked for. */
export class RunQueue {
  readonly #runs: WantedRun[] = [];

  get isEmpty(): boolean {
    return this.#runs.length === 0;
  }

  /** A waiting run that does all that is asked for: whatever is in the inbox when its turn comes. */
  covering(request: RunRequest): WantedRun | undefined {
    if (request.files || request.dataset !== undefined) return undefined;
    return this.#runs.find((each) => isWholeInbox(each.request));
  }

  add(run: WantedRun): void {
    this.#runs.push(run);
  }

  take(): WantedRun | undefined {
    return this.#runs.shift();
  }

  /** Takes runs out, and says so to those who wait for them. */
  drop(isToGo: (run: WantedRun) => boolean, reason: Error): void {
    for (const run of this.#runs.filter(isToGo)) {
      this.#runs.splice(this.#runs.indexOf(run), 1);
      run.settle(reason);
    }
  }
}

function isWholeInbox({ files, dataset, only }: RunRequest): boolean {
  return !files && !only && dataset === undefined;
}
