import { pipeline } from 'node:stream/promises';
import { Assembly, type Line } from './assembly.ts';
import type { Split } from './batch.ts';
import { bottleneck, type MetricsSample, OperatorMeter, type OperatorMetrics } from './metrics.ts';
import type { Checkpoint } from './operator.ts';
import type { Surroundings } from './operator-chain.ts';
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
  /** Called when the stage has been given all records: those are yet to be made durable, and nothing else is left to do here. */
  readonly onHandedOver?: () => void;
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
  readonly #there = new Map<string, OperatorMetrics>();
  #here: ReadonlyMap<string, OperatorMeter> = new Map();
  #stride = 1;
  #ticks = 0;

  constructor(request: RunRequest) {
    this.#request = request;
  }

  async run(): Promise<RunResult> {
    const { sampleMs = 250 } = this.#request;
    const assembly = new Assembly(this.#request, this.#surroundings(), {
      committed: (checkpoint) => this.#request.onCommitted?.(checkpoint),
      sampled: (operators) => {
        for (const each of operators) this.#there.set(each.id, each);
      },
      handedOver: () => this.#request.onHandedOver?.(),
    });
    this.#here = assembly.meters;
    let timer: NodeJS.Timeout | undefined;
    try {
      const lines = assembly.build();
      timer = setInterval(() => this.#sample(), sampleMs);
      await this.#runAll(lines);
    } finally {
      clearInterval(timer);
      this.#abort.abort();
      await assembly.close();
    }
    return this.#result();
  }

  /** The first that fails brings the others down with it. */
  async #runAll(lines: readonly Line[]): Promise<void> {
    const { signal } = this.#abort;
    const failures: unknown[] = [];
    const failed = (error: unknown) => {
      failures.push(error);
      this.#abort.abort();
    };
    await Promise.all(lines.map((line) => pipeline(line, { signal }).catch(failed)));
    if (failures.length > 0) throw failures[0];
  }

  #surroundings(): Surroundings {
    const { registry, services, split, measure = 'revenue', resume, now, random, signal } = this.#request;
    if (signal?.aborted) this.#abort.abort();
    signal?.addEventListener('abort', () => this.#abort.abort(), { once: true, signal: this.#abort.signal });
    return {
      ...{ registry, services, split, measure },
      signal: this.#abort.signal,
      states: resume?.states ?? {},
      now: now ?? Date.now,
      random: random ?? Math.random,
    };
  }

  #read(): MetricsSample {
    const operators = this.#request.plan.map(({ id, inputs }) => ({
      ...(this.#here.get(id)?.read() ?? this.#there.get(id) ?? new OperatorMeter(id).read()),
      inputs: inputs.map(({ from }) => from),
    }));
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
