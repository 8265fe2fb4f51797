import { ledgerOfFile } from '../../db/ledger.ts';
import { listRuns } from '../../db/runs.ts';
import type { LedgerEntry } from '../../engine/ledger.ts';
import type { MetricsSample } from '../../engine/metrics.ts';
import type { Home } from '../../jobs/home.ts';
import type { FileStarted, IngestEvent } from '../../jobs/ingest/events.ts';
import type { RunReport } from '../../jobs/ingest/report.ts';
import type { HomeOperators } from '../home-operators.ts';
import type { IngestHost } from '../ingest/ingest-host.ts';
import type { JobService } from '../jobs/job-service.ts';
import type { LiveKpi } from '../protocol.ts';
import { runSummary } from '../run-summaries.ts';
import type { Health } from '../schemas/health.ts';
import type { RunSummary } from '../schemas/runs.ts';
import type { WarehouseReader } from '../warehouse-reader.ts';
import { FileFeed } from './file-feed.ts';
import { KpiFeed } from './kpi-feed.ts';
import { LedgerTracker } from './ledger-tracker.ts';
import type { LiveStore } from './live-store.ts';
import { RunTracker } from './run-tracker.ts';

export interface LiveSources {
  readonly home: Home;
  readonly warehouse: WarehouseReader;
  readonly ingest: IngestHost;
  readonly jobs: JobService;
  readonly health: () => Promise<Health>;
  readonly operators: HomeOperators;
  readonly now: () => number;
  readonly failed: (error: unknown, what: string) => void;
}

const LOOK_MS = 1_000;
const HEALTH_MS = 5_000;
const RUNS_SHOWN = 20;

/** Turns what happens into what there is to see. */
export class LiveService {
  readonly #sources: LiveSources;
  readonly #store: LiveStore;
  readonly #tracker: RunTracker;
  readonly #files: FileFeed;
  readonly #kpi: KpiFeed;
  #ledger = new LedgerTracker();
  #file: FileStarted | null = null;
  #committed: readonly LedgerEntry[] = [];
  #sample: MetricsSample | undefined;
  readonly #summaries = new Map<number, RunSummary>();
  #latestRun = '';
  #runsSeen = '';
  #jobsSeen = '';
  #healthAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #stopListening: () => void = () => {};
  #stopHearingJobs: () => void = () => {};

  constructor(store: LiveStore, sources: LiveSources) {
    this.#store = store;
    this.#sources = sources;
    this.#tracker = new RunTracker(sources.now);
    this.#files = new FileFeed(store, sources.home, sources.now);
    this.#kpi = new KpiFeed(sources.warehouse);
  }

  async start(): Promise<void> {
    this.#stopListening = this.#sources.ingest.listen({
      begun: ({ trigger }) => this.#begun(trigger),
      event: (event) => this.#guarded('a run event', () => this.#event(event)),
      tapped: (sample) => this.#store.setTap({ ...sample, records: [...sample.records] }),
      ended: (outcome) => this.#guarded('the end of a run', () => this.#ended(outcome)),
    });
    this.#stopHearingJobs = this.#sources.jobs.listen({
      changed: () => this.#guarded('the jobs', () => this.#showJobs()),
    });
    this.#guarded('the jobs', () => this.#showJobs());
    await this.look();
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopListening();
    this.#stopHearingJobs();
    if (this.#timer) clearInterval(this.#timer);
  }

  /** Looks at what others may have changed: the inbox, the warehouse. */
  async look(): Promise<void> {
    await this.#files.look().catch((error: unknown) => this.#sources.failed(error, 'the inbox'));
    this.#guarded('the warehouse', () => {
      if (!this.#file) this.#showKpi();
      this.#showRuns();
      this.#showQueue();
    });
    if (performance.now() - this.#healthAt < HEALTH_MS) return;
    this.#healthAt = performance.now();
    await this.#showHealth();
  }

  #begun(trigger: string): void {
    // The run uses the operators as they are now.
    void this.#sources.operators.load();
    this.#ledger = new LedgerTracker();
    this.#tracker.begin(trigger);
    this.#store.set('operators', []);
    this.#store.set('ledger', null);
    this.#showRun();
  }

  #event(event: IngestEvent): void {
    switch (event.type) {
      case 'waiting':
        this.#tracker.change({ status: 'waiting' });
        break;
      case 'run-started':
        this.#tracker.started(event);
        this.#sources.warehouse.refresh();
        this.#showRuns();
        break;
      case 'file-started':
        this.#fileStarted(event);
        break;
      case 'sample':
        this.#sampled(event);
        break;
      case 'file-finished':
        this.#fileFinished(event);
        break;
      case 'run-finished':
        break;
    }
    this.#showRun();
  }

  #fileStarted(event: FileStarted): void {
    this.#file = event;
    this.#sample = undefined;
    this.#committed = event.resumedAt > 0 ? ledgerOfFile(this.#sources.warehouse.db, event.fileId) : [];
    this.#ledger.begin(this.#committed);
    this.#kpi.begin(event, this.#committed);
    this.#tracker.fileStarted(event);
    this.#files.started(event, this.#sources.ingest.runId);
  }

  #sampled(event: Extract<IngestEvent, { type: 'sample' }>): void {
    this.#sample = event.sample;
    this.#tracker.sampled(event);
    this.#ledger.sample(event.sample, (id) => !this.#isFree(id));
    this.#store.set('operators', this.#tracker.operators);
    this.#store.set('ledger', this.#ledger.read(true));
    if (this.#tracker.point) this.#store.addPoint(this.#tracker.point);
    this.#files.progress(progressOf(event.sample, this.#file));
    this.#showKpi();
  }

  #fileFinished(event: Extract<IngestEvent, { type: 'file-finished' }>): void {
    const entries = this.#file ? ledgerOfFile(this.#sources.warehouse.db, this.#file.fileId) : [];
    this.#ledger.finish(entries, this.#file ? this.#committed : []);
    this.#file = null;
    this.#committed = [];
    this.#kpi.finish();
    this.#tracker.fileFinished(event);
    this.#files.finished(event.file, event.sizeBytes, this.#sources.ingest.runId);
    this.#store.set('ledger', this.#ledger.read(false));
    this.#showKpi();
  }

  #ended(outcome: RunReport | Error): void {
    this.#file = null;
    this.#kpi.finish();
    this.#files.ended();
    this.#tracker.ended(outcome);
    this.#showRun();
    this.#sources.warehouse.refresh();
    this.#healthAt = Number.NEGATIVE_INFINITY;
    void this.look();
  }

  #isFree(id: string): boolean {
    const operator = this.#file?.plan.find((node) => node.id === id)?.operator;
    return operator !== undefined && this.#sources.operators.isFree(operator);
  }

  #showRun(): void {
    const { ingest } = this.#sources;
    const isStopping = ingest.isStopping && this.#tracker.run?.status === 'running';
    this.#tracker.change({ queued: ingest.hasQueued, ...(isStopping && { status: 'stopping' }) });
    this.#store.set('run', this.#tracker.run);
  }

  /** Another run may have been asked for, or the one at hand told to stop. */
  #showQueue(): void {
    const { run } = this.#tracker;
    const { hasQueued, isStopping } = this.#sources.ingest;
    if (run && (run.queued !== hasQueued || (isStopping && run.status === 'running'))) this.#showRun();
  }

  #showKpi(): void {
    const kpi = this.#kpi.read(this.#sample);
    if (!isSame(kpi, this.#store.get('kpi'))) this.#store.set('kpi', kpi);
  }

  /** The last runs. What they add up to is worked out again only for a run at hand, or when there is a new one. */
  #showRuns(): void {
    const { db, version } = this.#sources.warehouse;
    const runs = listRuns(db, { limit: RUNS_SHOWN });
    const latest = `${runs[0]?.run_id} ${runs[0]?.status}`;
    const seen = `${latest} ${runs[0]?.files} ${version}`;
    if (seen === this.#runsSeen) return;
    if (latest !== this.#latestRun) this.#summaries.clear();
    [this.#latestRun, this.#runsSeen] = [latest, seen];
    for (const run of runs) {
      if (run.status === 'running' || !this.#summaries.has(run.run_id))
        this.#summaries.set(run.run_id, runSummary(db, run));
    }
    this.#store.set(
      'runs',
      runs.flatMap(({ run_id }) => this.#summaries.get(run_id) ?? []),
    );
  }

  #showJobs(): void {
    const { items } = this.#sources.jobs.list();
    // Others write to the same database, about other things.
    const seen = JSON.stringify(items);
    if (seen === this.#jobsSeen) return;
    this.#jobsSeen = seen;
    this.#store.set('jobs', items);
  }

  async #showHealth(): Promise<void> {
    const health = await this.#sources.health();
    const { uptime_seconds, ...lasting } = health;
    const { uptime_seconds: before, ...shown } = this.#store.get('health') ?? { uptime_seconds: 0 };
    if (JSON.stringify(lasting) !== JSON.stringify(shown)) this.#store.set('health', health);
  }

  /** The view may fail to see; the server goes on. */
  #guarded(what: string, look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#sources.failed(error, what);
    }
  }
}

function progressOf({ operators }: MetricsSample, file: FileStarted | null) {
  const [source] = operators;
  const written = operators.at(-1)?.counts.written ?? {};
  return {
    bytes_done: Math.max(source?.bytes ?? 0, file?.resumedAt ?? 0),
    read: source?.counts.out.records ?? 0,
    inserted: written.inserted?.records ?? 0,
    updated: written.updated?.records ?? 0,
    unchanged: written.unchanged?.records ?? 0,
  };
}

function isSame(a: LiveKpi, b: LiveKpi | null): boolean {
  return b !== null && JSON.stringify(a) === JSON.stringify(b);
}
