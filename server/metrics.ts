import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { OperatorCounts } from '../engine/operator.ts';
import { sumOf } from '../engine/tally.ts';
import type { IngestEvent } from '../jobs/ingest/events.ts';
import type { IngestHost } from './ingest/ingest-host.ts';

/** Names and meanings of what operators are counted in; each has the label `operator`. */
export const OPERATOR_METRICS = [
  { name: 'tillstream_operator_in_records_total', help: 'Records that came to the operator.' },
  { name: 'tillstream_operator_out_records_total', help: 'Records that the operator passed on or wrote.' },
  { name: 'tillstream_operator_filtered_records_total', help: 'Records left out on purpose, by reason.' },
  { name: 'tillstream_operator_dead_lettered_records_total', help: 'Records put aside as faulty, by reason.' },
  { name: 'tillstream_operator_busy_seconds_total', help: 'Time that the operator worked.' },
  {
    name: 'tillstream_operator_backpressured_seconds_total',
    help: 'Time that the operator waited for room downstream.',
  },
  { name: 'tillstream_operator_idle_seconds_total', help: 'Time that the operator waited for records.' },
] as const;

/** What Prometheus is told. */
export class Metrics {
  readonly registry = new Registry();
  readonly #operators = OPERATOR_METRICS.map(({ name, help }) => {
    const labelNames = /filtered|dead_lettered/.test(name) ? ['operator', 'reason'] : ['operator'];
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  });
  readonly #runs = this.#counter('tillstream_runs_total', 'Runs that ended, by status.', ['status']);
  readonly #files = this.#counter('tillstream_files_total', 'Files that a run finished, by status.', ['status']);
  readonly #bytes = this.#counter('tillstream_read_bytes_total', 'Bytes of files read.', []);
  readonly #requests = new Histogram({
    name: 'tillstream_http_request_duration_seconds',
    help: 'How long HTTP requests took.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [this.registry],
  });
  /** What the sample before counted, of the file at hand. */
  #before = new Map<string, readonly (readonly [reason: string, amount: number])[][]>();
  #bytesBefore = 0;

  constructor(ingest: IngestHost) {
    collectDefaultMetrics({ register: this.registry, prefix: 'tillstream_' });
    this.#gauge('tillstream_run_running', 'Whether a run is at hand.', () => Number(ingest.isRunning));
    ingest.listen({
      event: (event) => this.#event(event),
      ended: (outcome) => this.#runs.inc({ status: outcome instanceof Error ? 'failed' : outcome.status }),
    });
  }

  /** A gauge that is read when Prometheus asks; asking may fail, and then there is no value. */
  gauge(name: string, help: string, read: () => number): void {
    this.#gauge(name, help, read);
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status: String(status) }, seconds);
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      ...{ name, help, registers: [this.registry] },
      collect() {
        try {
          this.set(read());
        } catch {
          this.reset();
        }
      },
    });
  }

  #event(event: IngestEvent): void {
    if (event.type === 'file-started') {
      this.#before.clear();
      this.#bytesBefore = 0;
    } else if (event.type === 'file-finished') this.#files.inc({ status: event.file.status });
    else if (event.type === 'sample') this.#sample(event.sample);
  }

  #sample({ operators }: Extract<IngestEvent, { type: 'sample' }>['sample']): void {
    const bytes = operators[0]?.bytes ?? 0;
    this.#bytes.inc(Math.max(0, bytes - this.#bytesBefore));
    this.#bytesBefore = bytes;
    for (const { id, counts, busyMs, backpressuredMs, idleMs } of operators) {
      const amounts = [
        ...countedIn(counts),
        ...[busyMs, backpressuredMs, idleMs].map((ms) => [['', ms / 1000]] as const),
      ];
      amounts.forEach((byReason, index) => {
        for (const [reason, amount] of byReason) this.#add(index, id, reason, amount);
      });
      this.#before.set(
        id,
        amounts.map((byReason) => [...byReason]),
      );
    }
  }

  #add(index: number, operator: string, reason: string, amount: number): void {
    const before = this.#before.get(operator)?.[index]?.find(([name]) => name === reason)?.[1] ?? 0;
    // Counters only go up; a clock may seem not to.
    if (amount > before) this.#operators[index]?.inc({ operator, ...(reason !== '' && { reason }) }, amount - before);
  }
}

type ByReason = readonly (readonly [reason: string, amount: number])[];

function countedIn(counts: OperatorCounts): ByReason[] {
  const byReason = (tallies: OperatorCounts['filtered']): ByReason =>
    Object.entries(tallies).map(([reason, { records }]) => [reason, records] as const);
  return [
    [['', counts.in.records]],
    [['', counts.out.records + sumOf(counts.written).records]],
    byReason(counts.filtered),
    byReason(counts.deadLettered),
  ];
}
