import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import type { Column } from '../engine/column.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { Fault, OperatorInstance, Outputs } from '../engine/operator.ts';
import { Assignment, AssignmentOptions } from './map/assignment.ts';
import { fieldColumn } from './values/field-column.ts';

const Options = Type.Object({
  set: Type.Record(Type.String(), AssignmentOptions, {
    description:
      'Field to what it is set to: a constant, `{ from }` with `trim`, `replace`, `case`, `lookup`, `default`, or `{ add }`, `{ subtract }`, `{ multiply }` of two fields or numbers.',
    default: {},
  }),
  rename: Type.Record(Type.String(), Type.String(), { description: 'Field to its new name.', default: {} }),
  drop: Type.Array(Type.String(), { description: 'Fields to leave out.', default: [] }),
});

class MapFields implements OperatorInstance {
  readonly keepsNothing = true;
  readonly #options: Static<typeof Options>;
  readonly #assignments: readonly Assignment[];

  constructor(options: Static<typeof Options>) {
    this.#options = options;
    this.#assignments = Object.entries(options.set).map(([field, to]) => new Assignment(field, to));
  }

  process(batch: Batch, out: Outputs): void | Promise<void> {
    const faults = new Map<number, [Fault, ...Fault[]]>();
    const onFault = (row: number, fault: Fault) => {
      const known = faults.get(row);
      if (known) known.push(fault);
      else faults.set(row, [fault]);
    };
    const assigned = this.#assignments.map((each) => [each.field, each.column(batch, onFault)] as const);
    for (const [row, found] of faults) out.deadLetter(batch, row, found);
    const changed = this.#renamed(batch.with({ columns: assigned }));
    return out.emit(faults.size === 0 ? changed : changed.select(rowsWithout(faults, batch.length)));
  }

  /** All renaming at once, so that two fields can change places. */
  #renamed(batch: Batch): Batch {
    const { rename, drop } = this.#options;
    const changes = new Map<string, Column | null>();
    for (const field of [...Object.keys(rename), ...drop]) changes.set(field, null);
    for (const [field, name] of Object.entries(rename)) changes.set(name, fieldColumn(batch, field));
    return changes.size === 0 ? batch : batch.with({ columns: changes });
  }
}

function rowsWithout(faults: ReadonlyMap<number, unknown>, length: number): Int32Array {
  return Int32Array.from({ length }, (_, row) => row).filter((row) => !faults.has(row));
}

/** Sets, copies, renames and drops fields. Works on columns, which keep their types. */
export const map = defineOperator({
  name: 'map',
  summary: 'Sets, changes, renames and drops fields.',
  description: [
    'First `set`, whose expressions all see the record as it came, then `rename`, then `drop`. Stands after `validate`.',
    '',
    'A field keeps the type it has; a canonical field gets its own (money in 1/10,000); any other takes on what it is given. Numbers are',
    'written as people do (`12.5`), dates as `2026-12-31`. Arithmetic is exact and rounds once, half to even; where an operand is missing,',
    'so is the result. A value that its field can not hold makes the record a dead letter.',
  ].join('\n'),
  stability: 'stable',
  options: Options,
  reasons: {
    not_a_number: 'The value that a field is set to is no number, and the field holds numbers.',
    not_an_integer: 'The value that a field is set to is no whole number, and the field holds these.',
    not_a_date: 'The value that a field is set to is no date, and the field holds dates.',
    not_a_boolean: 'The value that a field is set to is neither true nor false, and the field holds these.',
    amount_overflow: 'The result is too large to be kept exactly.',
  },
  example: {
    options: {
      set: { region: { from: 'region', trim: true, case: 'upper' }, total: { multiply: ['units', 'price'] } },
      rename: { shop: 'branch' },
      drop: ['note'],
    },
    input: [{ shop: 'S1', region: ' north', units: 3, price: 20, note: 'x' }],
    output: [{ region: 'NORTH', units: 3, price: 20, total: 60, branch: 'S1' }],
  },
  create: (options) => new MapFields(options),
});
