import '../fixtures/garbage.ts';
import { Batch, type FieldValues, MAIN, syntheticProvenance } from '../../engine/batch.ts';
import type { Column } from '../../engine/column.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import type { Fault, Operator, OperatorContext, Outputs, Tally } from '../../engine/operator.ts';
import { type Services, serviceFrom } from '../../engine/services.ts';

export const split = { fileId: 1, file: 'test.csv', part: 0 };

export function batchOf(columns: Iterable<readonly [string, Column]>, length: number, port: string = MAIN): Batch {
  const provenance = syntheticProvenance(length, 2);
  return new Batch({ split, sequence: 0, provenance, columns: new Map(columns), length, port });
}

export function batchOfRecords(records: readonly FieldValues[]): Batch {
  return batchOf([], records.length).withRecords(
    records,
    Int32Array.from(records, (_, row) => row),
  );
}

export function contextWith(services: Services = {}): OperatorContext {
  return {
    id: 'under-test',
    split,
    signal: new AbortController().signal,
    now: () => 0,
    random: () => 0.5,
    service: <T>(name: string) => serviceFrom<T>(services, name),
  };
}

/** Keeps all that an operator puts out. */
export class Collected implements Outputs {
  readonly batches: Batch[] = [];
  readonly dead: { row: number; faults: readonly Fault[] }[] = [];
  readonly left: { rows: number[]; reason: string }[] = [];
  readonly tallies: Readonly<Record<string, Tally>>[] = [];

  emit(batch: Batch): void {
    this.batches.push(batch);
  }
  deadLetter(_batch: Batch, row: number, faults: readonly [Fault, ...Fault[]]): void {
    this.dead.push({ row, faults });
  }
  filtered(_batch: Batch, rows: Int32Array, reason: string): void {
    this.left.push({ rows: [...rows], reason });
  }
  late(): void {}
  written(tallies: Readonly<Record<string, Tally>>): void {
    this.tallies.push(tallies);
  }
  watermark(): void {}

  records(port: string = MAIN): FieldValues[] {
    return this.batches.filter((batch) => batch.port === port).flatMap((batch) => [...batch.records]);
  }
}

/** Runs batches through an operator, with a checkpoint and a flush at the end. */
export async function runThrough(
  operator: Operator,
  options: Record<string, unknown>,
  batches: readonly Batch[],
  services: Services = {},
): Promise<Collected> {
  const out = new Collected();
  const instance = operator.create!(fillOptions(operator, options), contextWith(services));
  for (const batch of batches) await instance.process(batch, out, 'main');
  await instance.checkpoint?.(out);
  await instance.flush?.(out);
  await instance.close?.();
  return out;
}
