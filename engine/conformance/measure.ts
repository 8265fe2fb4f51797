import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Batch, MAIN } from '../batch.ts';
import type { Outputs } from '../operator.ts';
import { type CheckRequest, rehearse } from './check-request.ts';
import { inputOf } from './rehearsal.ts';
import { sourceItems } from './source-checks.ts';

/** How an operator fares when it is given much to do. */
export interface Measurement {
  /** How many records were given to it, or read by it. */
  readonly records: number;
  readonly recordsPerSecond: number;
  /** The most memory that was in use beyond what was before, seen after each batch. */
  readonly peakMemoryBytes: number;
}

/** Records of a batch, as a source gives them. */
const BATCH_RECORDS = 4096;

/** Gives the operator its records again and again, in batches of usual size, for so long; a source is read to its end once. */
export function measure(request: CheckRequest, forMs: number): Promise<Measurement> {
  if (request.operator.source) return measureSource(request);
  return request.operator.inputs ? measureRuns(request, forMs) : measureOperator(request, forMs);
}

async function measureOperator(request: CheckRequest, forMs: number): Promise<Measurement> {
  const batches = request.batches().map(enlarged);
  const { instance } = await rehearse(request);
  const gauge = new Gauge();
  while (batches.length > 0 && gauge.elapsedMs < forMs) {
    for (const batch of batches) {
      await instance.process(renewed(batch), NOWHERE, MAIN);
      gauge.passed(batch.length);
    }
    await instance.checkpoint?.(NOWHERE);
    instance.snapshot?.();
  }
  await instance.flush?.(NOWHERE);
  const measured = gauge.read();
  await instance.close?.();
  return measured;
}

/** What waits for the other inputs would be more each time, so each time is a run of its own. */
async function measureRuns(request: CheckRequest, forMs: number): Promise<Measurement> {
  const gauge = new Gauge();
  while (gauge.elapsedMs < forMs) {
    const { instance } = await rehearse(request);
    for (const batch of request.batches()) {
      await instance.process(batch, NOWHERE, inputOf(request.operator, batch));
      gauge.passed(batch.length);
    }
    await instance.flush?.(NOWHERE);
    await instance.close?.();
  }
  return gauge.read();
}

async function measureSource(request: CheckRequest): Promise<Measurement> {
  const gauge = new Gauge();
  for await (const item of sourceItems(request, NOWHERE)) if (item instanceof Batch) gauge.passed(item.length);
  return gauge.read();
}

/** As it comes from a source: by column, without records that somebody has asked for already. */
function renewed({ split, sequence, provenance, columns, length, port }: Batch): Batch {
  return new Batch({ split, sequence, provenance, columns, length, port });
}

/** The same records over and over, until there are enough of them. */
function enlarged(batch: Batch): Batch {
  if (batch.length === 0) return batch;
  return batch.select(Int32Array.from({ length: BATCH_RECORDS }, (_, row) => row % batch.length));
}

const NOWHERE: Outputs = { emit() {}, deadLetter() {}, filtered() {}, written() {}, late() {}, watermark() {} };

class Gauge {
  readonly #before: number;
  readonly #started: number;
  #records = 0;
  #most = 0;

  constructor() {
    collectGarbage();
    this.#before = usedBytes();
    this.#started = performance.now();
  }

  get elapsedMs(): number {
    return performance.now() - this.#started;
  }

  passed(records: number): void {
    this.#records += records;
    this.#most = Math.max(this.#most, usedBytes() - this.#before);
  }

  read(): Measurement {
    const recordsPerSecond = Math.round((1000 * this.#records) / Math.max(this.elapsedMs, 1));
    return { records: this.#records, recordsPerSecond, peakMemoryBytes: this.#most };
  }
}

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Without it, what earlier checks have left would be counted, or its collection taken for room. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
