import type { Batch } from '../../engine/batch.ts';
import { MAIN } from '../../engine/batch.ts';
import type { Operator, OperatorContext, OperatorInstance, Outputs, SourceInstance } from '../../engine/operator.ts';
import type { Registry } from '../../engine/plan.ts';
import type { TapSample } from '../../operators/tap.ts';
import { textReader } from '../../operators/values/cell-text.ts';

/** Who looks at the records that leave operators. */
export interface TapWatch {
  /** Asked once a batch. */
  isWatched(operator: string): boolean;
  show(sample: TapSample): void;
}

const RECORDS_SHOWN = 20;

/** The operators, each letting its batches be looked at as they leave; while nobody looks that costs a question a batch. */
export function tappedRegistry(registry: Registry, watch: TapWatch): Registry {
  return new Map([...registry].map(([name, operator]) => [name, tapped(operator, watch)]));
}

function tapped(operator: Operator, watch: TapWatch): Operator {
  const { create, source } = operator;
  return {
    ...operator,
    ...(create && {
      create: (options, context) => {
        const window = new Window(context, watch, operator.outputs?.(options));
        return tapInstance(create(options, context), context, watch, window);
      },
    }),
    ...(source && { source: (options, context) => tapSource(source(options, context), context, watch) }),
  };
}

function tapInstance(
  instance: OperatorInstance,
  context: OperatorContext,
  watch: TapWatch,
  window: Window,
): OperatorInstance {
  const process = instance.process.bind(instance);
  instance.process = (batch, out, input) =>
    process(batch, watch.isWatched(context.id) ? watchedOutputs(out, window) : out, input);
  return instance;
}

function tapSource(instance: SourceInstance, context: OperatorContext, watch: TapWatch): SourceInstance {
  const window = new Window(context, watch);
  const read = instance.read.bind(instance);
  instance.read = async function* (out) {
    for await (const item of read(out)) {
      if (!('kind' in item) && watch.isWatched(context.id)) window.look(item);
      yield item;
    }
  };
  return instance;
}

function watchedOutputs(out: Outputs, window: Window): Outputs {
  return {
    emit: (batch) => {
      window.look(batch);
      return out.emit(batch);
    },
    deadLetter: (batch, row, faults) => out.deadLetter(batch, row, faults),
    filtered: (batch, rows, reason) => out.filtered(batch, rows, reason),
    written: (tallies) => out.written(tallies),
    late: (batch, rows) => out.late(batch, rows),
    watermark: (seconds) => out.watermark(seconds),
  };
}

/** Looks at some records of a batch, spread over it. */
class Window {
  readonly #context: OperatorContext;
  readonly #watch: TapWatch;
  /** Those by which records leave. */
  readonly #ports: readonly string[];
  #seen = 0;

  constructor(context: OperatorContext, watch: TapWatch, ports: readonly string[] = [MAIN]) {
    this.#context = context;
    this.#watch = watch;
    this.#ports = ports;
  }

  look(batch: Batch): void {
    if (!this.#ports.includes(batch.port) || batch.length === 0) return;
    this.#seen += batch.length;
    const { id, split } = this.#context;
    this.#watch.show({ operator: id, file: split.file, seen: this.#seen, records: recordsOf(batch) });
  }
}

function recordsOf(batch: Batch): TapSample['records'] {
  const fields = [...batch.columns].map(([name, column]) => [name, textReader(column)] as const);
  const step = Math.max(1, Math.floor(batch.length / RECORDS_SHOWN));
  const records: TapSample['records'][number][] = [];
  for (let row = 0; row < batch.length && records.length < RECORDS_SHOWN; row += step) {
    const values = Object.fromEntries(fields.map(([name, textOf]) => [name, textOf(row)]));
    records.push({ line: batch.provenance.lines[row] ?? 0, values });
  }
  return records;
}
