import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Split } from './batch.ts';
import { bottleneck, type MetricsSample, OperatorMeter, type OperatorMetrics } from './metrics.ts';
import type { Checkpoint } from './operator.ts';
import { contextOf, type OperatorChain, operatorChain, type Surroundings } from './operator-chain.ts';
import { committedTo, sourceStream } from './operator-stream.ts';
import type { Plan, Registry } from './plan.ts';
import type { Services } from './services.ts';
import type { Stage } from './stage.ts';

/** Where an earlier run of the same split got to. */
export interface ResumePoint {
  /** Number of the last checkpoint that was made durable. */
  readonly number: number;
  /** The source's state there, see SourcePosition. */
  readonly source: unknown;
  /** Operator id to snapshot. */
  readonly states: Readonly<Record<string, unknown>>;
}

export interface RunRequest {
  readonly plan: Plan;
  readonly registry: Registry;
  readonly services: Services;
  readonly split: Split;
  /** The numeric field whose sum the ledger keeps; `revenue` unless said otherwise. */
  readonly measure?: string;
  /** A thread for the operators from `stageFrom` on (index in the plan); without it all run here. */
  readonly stage?: { readonly thread: Stage; readonly from: number };
  readonly resume?: ResumePoint;
  readonly signal?: AbortSignal;
  /** Called with every checkpoint that has passed the last operator. */
  readonly onCommitted?: (checkpoint: Checkpoint) => void;
  /** Called every `sampleMs` (250) and at the end. */
  readonly onSample?: (sample: MetricsSample) => void;
  readonly sampleMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
}

export interface RunResult {
  readonly metrics: MetricsSample;
  /** Samples over the run, thinned to at most {@link TIMELINE_SAMPLES}. */
  readonly timeline: readonly MetricsSample[];
  /** The operator that set the pace, in a sentence. */
  readonly bottleneck: string;
}

const TIMELINE_SAMPLES = 240;

/**
 * Runs a plan over one split to its end. Rejects promptly at the first error, with operator, file and line where known,
 * after every operator has been closed; an abort rejects with an AbortError within a batch.
 */
export async function run(request: RunRequest): Promise<RunResult> {
  const running = new Running(request);
  return running.run();
}

class Running {
  readonly #request: RunRequest;
  readonly #abort = new AbortController();
  readonly #started = performance.now();
  readonly #timeline: MetricsSample[] = [];
  #here: readonly OperatorMeter[] = [];
  #there: readonly OperatorMetrics[] = [];
  #stride = 1;
  #ticks = 0;

  constructor(request: RunRequest) {
    this.#request = request;
  }

  async run(): Promise<RunResult> {
    const { signal = new AbortController().signal, sampleMs = 250 } = this.#request;
    const surroundings = this.#surroundings();
    const rest = this.#request.plan.slice(1);
    const here = this.#request.stage ? rest.slice(0, this.#request.stage.from - 1) : rest;
    const source = this.#source(surroundings);
    let chain: OperatorChain | null = null;
    let timer: NodeJS.Timeout | undefined;
    try {
      chain = here.length > 0 ? operatorChain(here, surroundings) : null;
      this.#here = [source.meter, ...(chain?.meters ?? [])];
      const tail = this.#tail(surroundings, sampleMs);
      timer = setInterval(() => this.#sample(), sampleMs);
      const streams = chain ? [source.stream, chain.stream, tail] : [source.stream, tail];
      await pipeline(streams, { signal });
    } finally {
      clearInterval(timer);
      this.#abort.abort();
      await source.abandon();
      await chain?.closed;
    }
    return this.#result();
  }

  #surroundings(): Surroundings {
    const { registry, services, split, measure = 'revenue', resume, now, random, signal } = this.#request;
    signal?.addEventListener('abort', () => this.#abort.abort(), { once: true, signal: this.#abort.signal });
    return {
      ...{ registry, services, split, measure },
      signal: this.#abort.signal,
      states: resume?.states ?? {},
      now: now ?? Date.now,
      random: random ?? Math.random,
    };
  }

  #source(surroundings: Surroundings) {
    const { plan, registry, resume, split } = this.#request;
    const node = plan[0]!;
    const meter = new OperatorMeter(node.id);
    const options = resume ? { ...node.options, resume: resume.source } : node.options;
    // Plans are made from the registry and begin with a source.
    const instance = registry.get(node.operator)!.source!(options, contextOf(node.id, surroundings));
    const parts = { meter, measure: surroundings.measure, split };
    return { meter, ...sourceStream(instance, parts, resume ? resume.number + 1 : 0) };
  }

  #tail({ split, measure, states }: Surroundings, sampleMs: number): Writable {
    const { stage, plan, onCommitted = () => {} } = this.#request;
    if (!stage) return committedTo(onCommitted);
    const listener = {
      committed: onCommitted,
      sampled: (operators: readonly OperatorMetrics[]) => {
        this.#there = operators;
      },
    };
    this.#there = plan.slice(stage.from).map((node) => new OperatorMeter(node.id).read());
    return stage.thread.begin({ plan: plan.slice(stage.from), split, measure, states, sampleMs }, listener);
  }

  #read(): MetricsSample {
    const operators = [...this.#here.map((meter) => meter.read()), ...this.#there];
    return { elapsedMs: performance.now() - this.#started, operators };
  }

  #sample(): MetricsSample {
    const sample = this.#read();
    this.#request.onSample?.(sample);
    if (this.#ticks++ % this.#stride === 0) this.#timeline.push(sample);
    if (this.#timeline.length > TIMELINE_SAMPLES) this.#thin();
    return sample;
  }

  /** Keeps every other sample, and from now on takes half as many: a long run costs no more memory than a short one. */
  #thin(): void {
    const kept = this.#timeline.filter((_, index) => index % 2 === 0);
    this.#timeline.splice(0, this.#timeline.length, ...kept);
    this.#stride *= 2;
  }

  #result(): RunResult {
    const metrics = this.#sample();
    if (this.#timeline.at(-1) !== metrics) this.#timeline.push(metrics);
    return { metrics, timeline: this.#timeline, bottleneck: bottleneck(metrics) };
  }
}
