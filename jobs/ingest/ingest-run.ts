import type { LedgerEntry } from '../../engine/ledger.ts';
import type { Registry } from '../../engine/plan.ts';
import type { Config } from '../../operators/dataset/config.ts';
import type { Home } from '../home.ts';
import type { Candidate, Candidates } from './candidates.ts';
import type { IngestEvent } from './events.ts';
import { FileLoader, type Prepared } from './file-loader.ts';
import type { LookAhead } from './look-ahead.ts';
import { type FileReport, ledgerOf, type RunReport, type RunStatus, type Trouble } from './report.ts';
import { isFatal, troubleOf } from './trouble.ts';
import type { WriterThread } from './writer-thread.ts';

export interface IngestSetting {
  readonly home: Home;
  readonly config: Config;
  readonly registry: Registry;
  readonly recogniser: LookAhead;
  readonly trigger: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: IngestEvent) => void;
  readonly now: () => number;
  readonly sampleMs: number;
}

/** One run: the files there are, one after the other, through one writer thread. */
export class IngestRun {
  readonly #setting: IngestSetting;
  readonly #reports: FileReport[] = [];
  readonly #entries: LedgerEntry[] = [];
  readonly #started = performance.now();
  /** The next file, of which more is known than that it is there. */
  #ahead: Prepared | null = null;
  #fatal: unknown;
  #trouble: Trouble | null = null;

  constructor(setting: IngestSetting) {
    this.#setting = setting;
  }

  /** Rejects only if the warehouse can't be opened; without files none is needed. */
  async run(found: Candidates, writer: Promise<WriterThread> | null): Promise<RunReport> {
    this.#lookAt(found.files[0]);
    return writer ? this.#load(await writer, found) : this.#finished(null, found);
  }

  async #load(writer: WriterThread, found: Candidates): Promise<RunReport> {
    const { trigger, now, onEvent } = this.#setting;
    const detail = { pid: process.pid, node: process.version };
    const bytes = found.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const runId = await writer.startRun({ trigger, startedAt: now(), detail }, bytes);
    onEvent({ type: 'run-started', runId, files: found.files.length, bytes });
    const loader = new FileLoader({ ...this.#setting, writer, runId });
    try {
      for (const [index, candidate] of found.files.entries()) {
        if (this.#setting.signal.aborted || this.#trouble) break;
        this.#lookAt(found.files[index + 1]);
        await this.#one(loader, candidate, found.files[index + 1]);
      }
      if (this.#ahead) await loader.giveUp(this.#ahead, this.#fatal ?? this.#setting.signal.reason);
      await loader.settle().catch((error: unknown) => {
        this.#trouble ??= troubleOf(error);
      });
      await this.#close(writer, runId);
    } finally {
      loader.close();
    }
    const report = this.#finished(runId, found);
    onEvent({ type: 'run-finished', report });
    return report;
  }

  #lookAt(candidate: Candidate | undefined): void {
    if (candidate && !candidate.error) this.#setting.recogniser.begin(candidate.path);
  }

  async #one(loader: FileLoader, candidate: Candidate, next: Candidate | undefined): Promise<void> {
    const prepared = this.#ahead ?? loader.prepare(candidate);
    this.#ahead = null;
    const { report, entries, error } = await loader.load(prepared, () => {
      const isOther = next && next.name.toLowerCase() !== candidate.name.toLowerCase();
      if (isOther && !this.#setting.signal.aborted) this.#ahead = loader.prepare(next);
    });
    this.#reports.push(report);
    this.#entries.push(...entries);
    if (isFatal(error)) {
      this.#fatal = error;
      this.#trouble = troubleOf(error);
    }
    this.#setting.onEvent({ type: 'file-finished', file: report, sizeBytes: candidate.sizeBytes });
  }

  #finished(runId: number | null, { unfinished }: Candidates): RunReport {
    const status = this.#status();
    return {
      ...{ run_id: runId, status, files: this.#reports, ledger: ledgerOf(this.#entries), error: this.#trouble },
      ...{ duration_ms: Math.round(performance.now() - this.#started), unfinished },
    };
  }

  #status(): RunStatus {
    if (this.#setting.signal.aborted) return 'aborted';
    return this.#trouble || this.#reports.some(({ status }) => status === 'failed') ? 'failed' : 'done';
  }

  /** Notes the run's end. Where the system is broken that fails as well, and must not hide why. */
  async #close(writer: WriterThread, runId: number): Promise<void> {
    const failed = this.#reports.find(({ status }) => status === 'failed');
    const error = this.#trouble ?? failed?.error;
    try {
      await writer.finishRun(runId, { status: this.#status(), endedAt: this.#setting.now(), ...(error && { error }) });
    } catch (cause) {
      this.#trouble ??= troubleOf(cause);
    }
  }
}
