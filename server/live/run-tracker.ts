import { bottleneck, type MetricsSample } from '../../engine/metrics.ts';
import type { FileStarted, IngestEvent } from '../../jobs/ingest/events.ts';
import type { RunReport } from '../../jobs/ingest/report.ts';
import { figuresOf, operatorPoints, sourceProgress } from '../operator-figures.ts';
import type { LiveOperator, LiveRun } from '../protocol.ts';
import type { TimelinePoint } from '../schemas/operator-point.ts';
import { Rate } from './rate.ts';

type Event<Type extends IngestEvent['type']> = Extract<IngestEvent, { type: Type }>;

/** The run at hand as its events tell it. */
export class RunTracker {
  readonly #now: () => number;
  readonly #rate = new Rate();
  #run: LiveRun | null = null;
  #startedAt = 0;
  #operators: LiveOperator[] = [];
  #point: TimelinePoint | null = null;
  #before: MetricsSample | undefined;
  #bytesBefore = 0;
  #recordsBefore = 0;
  #resumedAt = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get run(): LiveRun | null {
    return this.#run && { ...this.#run, elapsed_ms: this.#isOver() ? this.#run.elapsed_ms : this.#elapsed() };
  }

  get operators(): LiveOperator[] {
    return this.#operators;
  }

  /** The last moment of the run. */
  get point(): TimelinePoint | null {
    return this.#point;
  }

  begin(trigger: string): void {
    this.#startedAt = this.#now();
    this.#rate.clear();
    this.#operators = [];
    this.#point = null;
    [this.#bytesBefore, this.#recordsBefore, this.#resumedAt] = [0, 0, 0];
    this.#run = {
      ...{
        run_id: null,
        status: 'running',
        trigger,
        started_at: new Date(this.#startedAt).toISOString(),
        elapsed_ms: 0,
      },
      ...{ files_total: 0, files_done: 0, bytes_total: 0, bytes_done: 0, records: 0 },
      ...{
        records_per_second: 0,
        bytes_per_second: 0,
        remaining_ms: null,
        file: null,
        bottleneck: '',
        queued: false,
        error: null,
      },
    };
  }

  change(change: Partial<LiveRun>): void {
    if (this.#run) this.#run = { ...this.#run, ...change };
  }

  started({ runId, files, bytes }: Event<'run-started'>): void {
    this.change({
      run_id: runId,
      files_total: files,
      bytes_total: bytes,
      status: this.#isStopping() ? 'stopping' : 'running',
    });
  }

  fileStarted({ file, resumedAt }: FileStarted): void {
    this.#before = undefined;
    this.#resumedAt = resumedAt;
    this.change({ file });
  }

  sampled({ file, sample }: Event<'sample'>): void {
    const now = operatorPoints(sample, this.#before);
    this.#operators = sample.operators.map((metrics, index) => ({ ...figuresOf(metrics), now: now[index]! }));
    const { records, bytes } = sourceProgress(sample);
    const progress = {
      records: this.#recordsBefore + records,
      bytes_done: this.#bytesBefore + Math.max(bytes, this.#resumedAt),
    };
    this.#rate.mark(this.#now(), progress.records, progress.bytes_done);
    this.change({ ...progress, ...this.#pace(progress.bytes_done), bottleneck: bottleneck(sample, this.#before) });
    this.#point = {
      ...{ elapsed_ms: this.#elapsed(), file, bytes: progress.bytes_done, records: progress.records },
      operators: now,
    };
    this.#before = sample;
  }

  fileFinished({ file, sizeBytes }: Event<'file-finished'>): void {
    this.#bytesBefore += sizeBytes;
    this.#recordsBefore += file.read;
    this.change({
      files_done: (this.#run?.files_done ?? 0) + 1,
      ...{ bytes_done: this.#bytesBefore, records: this.#recordsBefore, file: null },
    });
  }

  ended(outcome: RunReport | Error): void {
    const elapsed_ms = this.#elapsed();
    this.change({
      elapsed_ms,
      file: null,
      remaining_ms: null,
      records_per_second: this.#mean(elapsed_ms),
      ...endOf(outcome),
    });
  }

  #pace(bytesDone: number): Pick<LiveRun, 'records_per_second' | 'bytes_per_second' | 'remaining_ms'> {
    const { records, bytes } = this.#rate.read();
    const left = Math.max(0, (this.#run?.bytes_total ?? 0) - bytesDone);
    const remaining_ms = bytes > 0 ? Math.round((left / bytes) * 1000) : null;
    return { records_per_second: records, bytes_per_second: bytes, remaining_ms };
  }

  #mean(elapsedMs: number): number {
    return elapsedMs > 0 ? Math.round(((this.#run?.records ?? 0) / elapsedMs) * 1000) : 0;
  }

  #elapsed(): number {
    return Math.max(0, this.#now() - this.#startedAt);
  }

  #isStopping(): boolean {
    return this.#run?.status === 'stopping';
  }

  #isOver(): boolean {
    return ['done', 'failed', 'aborted'].includes(this.#run?.status ?? '');
  }
}

function endOf(outcome: RunReport | Error): Pick<LiveRun, 'status' | 'error'> {
  if (!(outcome instanceof Error)) {
    const failed = outcome.files.find(({ status }) => status === 'failed');
    return { status: outcome.status, error: outcome.error ?? failed?.error ?? null };
  }
  if (outcome.name === 'AbortError') return { status: 'aborted', error: null };
  const code = 'code' in outcome && typeof outcome.code === 'string' ? outcome.code : 'run_failed';
  return { status: 'failed', error: { code, message: outcome.message } };
}
