import { type Static, Type } from '@sinclair/typebox';
import { Batch } from '../engine/batch.ts';
import type { BytesColumn, Column } from '../engine/column.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { Fault, OperatorInstance, Outputs } from '../engine/operator.ts';
import { CanonicalDefaults, CanonicalMap, canonicalField } from './dataset/canonical.ts';
import { CONTRACT_MODES, FieldDescriptor } from './dataset/schema.ts';
import { attributesColumn } from './formats/attributes.ts';
import { cellsOf } from './formats/cells-of.ts';
import { Constant } from './formats/constants.ts';
import { expected } from './formats/faults.ts';
import { keepPlan, takePlan } from './formats/kept-plans.ts';
import { NumberTyping } from './formats/number-column.ts';
import { CELL_REASONS } from './formats/reasons.ts';
import { deriveRevenue } from './formats/revenue.ts';
import { RowFaults } from './formats/row-faults.ts';
import type { FieldPlan } from './formats/typing-plan.ts';

const mode = (description: string) =>
  Type.Union(
    CONTRACT_MODES.map((name) => Type.Literal(name)),
    { description, default: 'evolve' },
  );

const Options = Type.Object(
  {
    fields: Type.Array(FieldDescriptor, { description: 'The columns of the file, after Table Schema.', default: [] }),
    missingValues: Type.Array(Type.String(), { description: 'Texts that mean there is no value.', default: [''] }),
    trim: Type.Boolean({ description: 'Whether padding around a cell is no part of it.', default: true }),
    map: Type.Object(CanonicalMap.properties, {
      ...CanonicalMap,
      description: 'Canonical name to field name.',
      default: {},
    }),
    defaults: Type.Object(CanonicalDefaults.properties, {
      ...CanonicalDefaults,
      description: 'Canonical name to the value that stands where the file has none.',
      default: {},
    }),
    contract: Type.Object(
      {
        columns: mode(
          'Columns that are no field: evolve keeps them as attributes, discard_value drops them, discard_row rejects records with a value there, freeze fails the run.',
        ),
        types: mode(
          'Cells that are no value of their field: discard_value makes them missing, all else rejects the record.',
        ),
      },
      { additionalProperties: false, default: {}, description: 'What happens where the file is not as described.' },
    ),
    attributes: Type.Boolean({ description: 'Whether columns that are not mapped are kept, as JSON.', default: true }),
  },
  { additionalProperties: false },
);

type Options = Static<typeof Options>;

/** What a checkpoint keeps: how dates were found to be written, and how many cells were made missing. */
interface State {
  readonly observed: Readonly<Record<string, unknown>>;
  readonly discarded: Readonly<Record<string, number>>;
}

class Validate implements OperatorInstance {
  readonly keepsNothing = true;
  readonly #options: Options;
  readonly #constants: ReadonlyMap<string, Constant>;
  #header: readonly string[] = [];
  #plan: FieldPlan[] = [];
  #observed: Record<string, unknown> = {};
  #discarded: Record<string, number> = {};

  constructor(options: Options) {
    this.#options = options;
    const defaults = Object.entries(options.defaults);
    this.#constants = new Map(defaults.map(([name, value]) => [name, new Constant(canonicalField(name)!, value)]));
    // So that a field that cannot be what it is mapped to is told before anything is read.
    keepPlan(options, [], takePlan(options, []));
  }

  process(batch: Batch, out: Outputs): void | Promise<void> {
    this.#prepare([...batch.columns.keys()]);
    const faults = new RowFaults();
    const columns = this.#columns(batch, faults);
    const { split, sequence, provenance, length, port } = batch;
    const typed = new Batch({ split, sequence, provenance, columns, length, port });
    if (faults.size === 0) return out.emit(typed);
    for (const [row, found] of faults.entries()) out.deadLetter(typed, row, found);
    return out.emit(typed.select(faults.goodRows(length)));
  }

  snapshot(): State {
    return { observed: { ...this.#observed }, discarded: { ...this.#discarded } };
  }

  restore(state: unknown): void {
    const { observed, discarded } = state as State;
    this.#observed = { ...observed };
    this.#discarded = { ...discarded };
  }

  flush(): void {
    if (this.#plan.length > 0) keepPlan(this.#options, this.#header, this.#plan);
  }

  #prepare(header: readonly string[]): void {
    if (this.#plan.length > 0 && areSame(header, this.#header)) return;
    this.#header = header;
    this.#plan = takePlan(this.#options, header);
    for (const { field, typing } of this.#numberTypings()) {
      if (field in this.#observed) typing.format.observed = this.#observed[field];
    }
  }

  *#numberTypings(): Generator<{ field: string; typing: NumberTyping }> {
    for (const { field, typings } of this.#plan) {
      for (const { typing } of typings) if (typing instanceof NumberTyping) yield { field: field.name, typing };
    }
  }

  #columns(batch: Batch, faults: RowFaults): Map<string, Column> {
    const columns = new Map<string, Column>();
    const members: string[][] = [];
    for (const plan of this.#plan) {
      if (plan.column === null) this.#absent(plan, batch.length, faults);
      else this.#typeField(plan, cellsOf(batch.column(plan.column)), faults, columns, members);
    }
    for (const { field, typing } of this.#numberTypings()) {
      if (typing.format.observed != null) this.#observed[field] = typing.format.observed;
    }
    for (const [name, constant] of this.#constants) {
      const column = columns.get(name);
      columns.set(name, column ? constant.fill(column) : constant.column(batch.length));
    }
    deriveRevenue(columns, faults, this.#options.map.revenue);
    if (members.length > 0) columns.set('attributes', attributesColumn(members, batch.length));
    return columns;
  }

  #typeField(
    plan: FieldPlan,
    cells: BytesColumn,
    faults: RowFaults,
    columns: Map<string, Column>,
    members: string[][],
  ): void {
    const report = (row: number, fault: Fault) => this.#report(plan.field, row, fault, faults);
    for (const { target, typing } of plan.typings) columns.set(target.name, typing.type(cells, report));
    if (!plan.attribute) return;
    const made = plan.attribute.members(cells, report);
    if (plan.unexpected) reportUnexpected(plan.field.name, cells, made, faults);
    else if (plan.kept) members.push(made);
  }

  /** True if the row goes on without the value. */
  #report({ name, constraints }: FieldDescriptor, row: number, fault: Fault, faults: RowFaults): boolean {
    if (this.#options.contract.types === 'discard_value' && !constraints?.required) {
      this.#discarded[name] = (this.#discarded[name] ?? 0) + 1;
      return true;
    }
    faults.add(row, fault);
    return false;
  }

  #absent({ field }: FieldPlan, length: number, faults: RowFaults): void {
    if (!field.constraints?.required) return;
    const fault = expected('missing_value', field.name, 'a column of that name in the file', null);
    for (let row = 0; row < length; row++) faults.add(row, fault);
  }
}

function reportUnexpected(name: string, cells: BytesColumn, members: readonly string[], faults: RowFaults): void {
  members.forEach((member, row) => {
    if (member !== '') faults.add(row, expected('unexpected_column', name, 'no such column', cells.get(row)));
  });
}

/** Types the cells of a file, and rejects the records that are not as the dataset says, each with all its faults. */
export const validate = defineOperator({
  name: 'validate',
  summary: 'Turns cells into exact typed values in canonical columns, and rejects records that are not as described.',
  description:
    'Money counts 1/10,000 of the currency unit, quantities 1/1,000; more places are rounded half to even. `revenue` is derived from ' +
    'quantity, unit_price and discount where the file has none. Columns that are not mapped are kept in `attributes`, as a JSON object.',
  stability: 'stable',
  options: Options,
  reasons: {
    ...CELL_REASONS,
    unexpected_column: 'The record has a value in a column that is no field of the dataset.',
  },
  example: {
    options: {
      fields: [
        { name: 'Date', type: 'date', format: '%d/%m/%Y' },
        { name: 'Qty', type: 'integer' },
        { name: 'Price', type: 'number', bareNumber: false },
        { name: 'Colour' },
      ],
      map: { sold_at: 'Date', quantity: 'Qty', unit_price: 'Price' },
      defaults: { currency: 'GBP' },
    },
    input: [
      { Date: '31/12/2026', Qty: '2', Price: '£1.25', Colour: 'red' },
      { Date: '31/02/2026', Qty: 'two', Price: '£1.25', Colour: 'red' },
    ],
    output: [
      {
        sold_at: 1_798_675_200,
        quantity: 2_000,
        unit_price: 12_500,
        currency: 'GBP',
        revenue: 25_000,
        attributes: '{"Colour":"red"}',
      },
    ],
  },
  create: (options) => new Validate(options),
});

function areSame(names: readonly string[], others: readonly string[]): boolean {
  return names.length === others.length && names.every((name, i) => name === others[i]);
}
