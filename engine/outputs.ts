import { Batch, DEAD_LETTER, MAIN } from './batch.ts';
import { type Column, NumberColumn, TextColumn } from './column.ts';
import type { OperatorMeter } from './metrics.ts';
import type { Fault, Outputs, Tally } from './operator.ts';
import { addNamed, addTally } from './tally.ts';

/** What becomes of batches of records that are emitted. */
export interface OutputOptions {
  /** Ports by which records leave; others carry side outputs, which are not counted. */
  readonly ports?: readonly string[];
  /** True where records that are emitted go nowhere: they are counted as left out of the rest of the plan. */
  readonly leaves?: boolean;
  /** See `OperatorInstance.keepsNothing`. */
  readonly keepsNothing?: boolean;
}

/** The reason that records are counted with which go out at an end of a plan that has others. */
export const LEFT = 'left_plan';

interface Letter {
  readonly batch: Batch;
  readonly row: number;
  readonly faults: readonly [Fault, ...Fault[]];
}

/**
 * The {@link Outputs} that an operator writes to: counts, and hands batches to `push`. Dead letters are gathered and leave
 * as one batch on their own port, so that they are committed with the records they stood among.
 */
export class CountedOutputs implements Outputs {
  readonly #meter: OperatorMeter;
  readonly #measure: string;
  readonly #push: (batch: Batch) => Promise<void> | void;
  readonly #ports: readonly string[];
  readonly #leaves: boolean;
  readonly #keepsNothing: boolean;
  #letters: Letter[] = [];
  #measuredIn = false;

  constructor(
    meter: OperatorMeter,
    measure: string,
    push: (batch: Batch) => Promise<void> | void,
    { ports = [MAIN], leaves = false, keepsNothing = false }: OutputOptions = {},
  ) {
    this.#meter = meter;
    this.#measure = measure;
    this.#push = push;
    this.#ports = ports;
    this.#leaves = leaves;
    this.#keepsNothing = keepsNothing;
  }

  /** Counts a batch that comes in; what then goes out is compared with it. */
  received(batch: Batch): void {
    const amount = batch.sum(this.#measure);
    this.#measuredIn = amount !== null;
    addTally(this.#meter.counts.in, batch.length, amount ?? 0);
  }

  emit(batch: Batch): Promise<void> | void {
    if (batch.length === 0) return;
    if (!this.#keepsNothing) batch.keep();
    if (this.#ports.includes(batch.port)) this.#count(batch);
    return this.#push(batch);
  }

  deadLetter(batch: Batch, row: number, faults: readonly [Fault, ...Fault[]]): void {
    addNamed(this.#meter.counts.deadLettered, faults[0].code, 1, this.#amount(batch, Int32Array.of(row)));
    batch.hold();
    this.#letters.push({ batch, row, faults });
  }

  filtered(batch: Batch, rows: Int32Array, reason: string): void {
    if (rows.length > 0) addNamed(this.#meter.counts.filtered, reason, rows.length, this.#amount(batch, rows));
  }

  late(batch: Batch, rows: Int32Array): void {
    if (rows.length > 0) addTally(this.#meter.counts.late, rows.length, this.#amount(batch, rows));
  }

  written(tallies: Readonly<Record<string, Tally>>): void {
    for (const [outcome, { records, amount }] of Object.entries(tallies)) {
      addNamed(this.#meter.counts.written, outcome, records, amount);
    }
  }

  watermark(seconds: number): void {
    this.#meter.watermark = Math.max(this.#meter.watermark ?? seconds, seconds);
  }

  get hasLetters(): boolean {
    return this.#letters.length > 0;
  }

  /** Sends the dead letters gathered so far. */
  async sendLetters(): Promise<void> {
    if (this.#letters.length === 0) return;
    const letters = this.#letters;
    this.#letters = [];
    for (const batch of letterBatches(this.#meter.id, letters, this.#measure)) await this.#push(batch);
    for (const { batch } of letters) batch.release();
  }

  #count(batch: Batch): void {
    const { out, filtered } = this.#meter.counts;
    if (this.#leaves) addNamed(filtered, LEFT, batch.length, this.#amount(batch));
    else addTally(out, batch.length, this.#amount(batch));
  }

  #amount(batch: Batch, rows?: Int32Array): number {
    const amount = batch.sum(this.#measure, rows) ?? 0;
    if (!this.#measuredIn) this.#meter.counts.found += amount;
    return amount;
  }
}

/** One batch of dead letters for each batch that they stood in. */
function letterBatches(operator: string, letters: readonly Letter[], measure: string): Batch[] {
  const bySource = Map.groupBy(letters, (letter) => letter.batch);
  return [...bySource].map(([source, group]) => {
    const rows = Int32Array.from(group, (letter) => letter.row);
    const provenance = source.provenance.select(rows);
    const columns = letterColumns(operator, source, group, measure);
    const { split, sequence } = source;
    return new Batch({ split, sequence, provenance, columns, length: rows.length, port: DEAD_LETTER });
  });
}

function letterColumns(
  operator: string,
  source: Batch,
  letters: readonly Letter[],
  measure: string,
): Map<string, Column> {
  const text = (of: (letter: Letter) => string | null) => new TextColumn(letters.map(of));
  const { provenance } = source;
  const amount = source.columns.get(measure);
  return new Map<string, Column>([
    ['operator', text(() => operator)],
    ['reason', text(({ faults }) => faults[0].code)],
    ['field', text(({ faults }) => faults[0].field ?? null)],
    ['message', text(({ faults }) => faults[0].message)],
    ['faults', text(({ faults }) => JSON.stringify(faults))],
    ['raw', text(({ row }) => provenance.raw(row))],
    [
      'byte_offset',
      new NumberColumn(
        'integer',
        Float64Array.from(letters, ({ row }) => provenance.offsetOf(row)),
      ),
    ],
    [
      'amount',
      new NumberColumn(
        'decimal',
        Float64Array.from(letters, ({ row }) => amountAt(amount, row)),
        10_000,
      ),
    ],
  ]);
}

function amountAt(column: Column | undefined, row: number): number {
  return column?.kind === 'number' ? column.values[row]! : Number.NaN;
}
