import { Type } from '@sinclair/typebox';
import { Batch, type FieldValues, syntheticProvenance } from '../../engine/batch.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import { type LedgerTotals, ledgerEntries, ledgerTotals } from '../../engine/ledger.ts';
import type { Checkpoint, Operator } from '../../engine/operator.ts';
import { makePlan, type PlanEntry } from '../../engine/plan.ts';
import type { RunRequest } from '../../engine/run.ts';

export const split = { fileId: 1, file: 'numbers.csv', part: 0 };
const positive = (preset: number) => Type.Integer({ minimum: 1, default: preset });

/** Counts from `first` in batches of `size`, with a position after every `every` batches. */
export const numbers = defineOperator({
  name: 'numbers',
  summary: 'counts',
  options: Type.Object({
    first: Type.Integer({ default: 1 }),
    records: Type.Integer({ default: 60 }),
    ...{ size: positive(5), every: positive(3) },
    resume: Type.Optional(Type.Integer()),
  }),
  source: ({ first, records, size, every, resume }) => ({
    async *read() {
      const end = first + records;
      let batches = 0;
      for (let from = resume ?? first; from < end; from += size) {
        const made = Array.from({ length: Math.min(size, end - from) }, (_, i) => ({
          n: from + i,
          revenue: 10 * (from + i),
        }));
        yield batchOf(made, from);
        const next = from + size;
        if (next < end && ++batches % every === 0) yield { kind: 'position', bytes: next, state: next, last: false };
      }
      yield { kind: 'position', bytes: end, state: end, last: true };
    },
  }),
});

function batchOf(records: FieldValues[], firstLine: number): Batch {
  const provenance = syntheticProvenance(records.length, firstLine);
  const empty = new Batch({ split, sequence: firstLine, provenance, columns: new Map(), length: records.length });
  return empty.withRecords(
    records,
    Int32Array.from(records, (_, i) => i),
  );
}

const rows = (batch: Batch, keep: (n: number) => boolean) =>
  Int32Array.from({ length: batch.length }, (_, row) => row).filter((row) => keep(Number(batch.records[row]!.n)));

/** Sends each record to the output that its number, divided by how many there are, leaves over. */
export const fork = defineOperator({
  name: 'fork',
  summary: 'forks',
  options: Type.Object({ to: Type.Array(Type.String()) }),
  outputs: ({ to }) => to,
  create: ({ to }) => ({
    async process(batch, out) {
      for (const [index, port] of to.entries()) {
        await out.emit(batch.select(rows(batch, (n) => n % to.length === index)).with({ port }));
      }
    },
  }),
});

export const merge = defineOperator({
  name: 'merge',
  summary: 'merges',
  options: Type.Object({ ordered: Type.Boolean({ default: false }) }),
  inputs: 'any',
  create: ({ ordered }) => ({ ordered, process: (batch, out) => out.emit(batch) }),
});

/** Gives each record to every output. */
export const copy = defineOperator({
  name: 'copy',
  summary: 'copies',
  conserves: false,
  options: Type.Object({ to: Type.Array(Type.String()) }),
  outputs: ({ to }) => to,
  create: ({ to }) => ({
    async process(batch, out) {
      for (const port of to) await out.emit(batch.with({ port }));
    },
  }),
});

/** Takes its time, in the order of the batches' first numbers. */
export const slow = defineOperator({
  name: 'slow',
  summary: 'is slow',
  options: Type.Object({ turns: Type.Integer({ default: 3 }) }),
  create: ({ turns }) => ({
    async process(batch, out) {
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      await out.emit(batch);
    },
  }),
});

export const odd = defineOperator({
  name: 'odd',
  summary: 'keeps odd numbers',
  options: Type.Object({}),
  filter: ({ n }) => Number(n) % 2 === 1,
});

/** Adds up what has come by, and shows it in the records: its state is all that came before. */
export const sum = defineOperator({
  name: 'sum',
  summary: 'adds up',
  options: Type.Object({}),
  create: () => {
    let seen = 0;
    return {
      process(batch, out) {
        for (const { n } of batch.records) seen += Number(n);
        return out.emit(batch);
      },
      snapshot: () => seen,
      restore: (state) => {
        seen = Number(state);
      },
    };
  },
});

/** A sink like the warehouse: what came since the last commit becomes durable with it. */
export class Store {
  readonly kept: FieldValues[] = [];
  readonly checkpoints: Checkpoint[] = [];
  #given: FieldValues[] = [];

  operator(name = 'store'): Operator {
    return defineOperator({
      name,
      summary: 'stores',
      options: Type.Object({}),
      create: () => ({
        process: (batch, out) => {
          this.#given.push(...batch.records.map((record) => ({ ...record })));
          out.written({ inserted: { records: batch.length, amount: batch.sum('revenue') ?? 0 } });
        },
        commit: (checkpoint) => {
          const last = this.checkpoints.at(-1)?.number ?? -1;
          const given = this.#given.splice(0);
          // What an earlier run has committed is there.
          if (checkpoint.number <= last) return;
          this.kept.push(...given);
          this.checkpoints.push(structuredClone(checkpoint));
        },
        close: () => void this.#given.splice(0),
      }),
    });
  }

  get numbers(): number[] {
    return this.kept.map(({ n }) => Number(n));
  }

  get totals(): LedgerTotals {
    return ledgerTotals(this.checkpoints.flatMap(({ counts }) => ledgerEntries(counts)));
  }
}

export function requestFor(entries: PlanEntry[], operators: Operator[], more: Partial<RunRequest> = {}): RunRequest {
  const all = [numbers, fork, copy, merge, slow, odd, sum, ...operators];
  const registry = new Map(all.map((each) => [each.name, each]));
  return { plan: makePlan(entries, registry), registry, services: {}, split, ...more };
}
