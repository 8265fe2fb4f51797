import { type Static, Type } from '@sinclair/typebox';
import { Batch } from '../engine/batch.ts';
import type { Column } from '../engine/column.ts';
import { defineOperator } from '../engine/define-operator.ts';
import { TillstreamError } from '../engine/errors.ts';
import { suggestion } from '../engine/nearest.ts';
import type { OperatorInstance, Outputs } from '../engine/operator.ts';
import { CastField, castTyping } from './cast/field.ts';
import { matchHeader } from './dataset/header.ts';
import { cellsOf } from './formats/cells-of.ts';
import type { ColumnTyping } from './formats/column-typing.ts';
import { NumberTyping } from './formats/number-column.ts';
import { CELL_REASONS } from './formats/reasons.ts';
import { RowFaults } from './formats/row-faults.ts';

const Options = Type.Object(
  {
    fields: Type.Array(CastField, {
      minItems: 1,
      description: 'The fields wanted, after Table Schema; columns that are none are left out.',
    }),
    missingValues: Type.Array(Type.String(), { description: 'Texts that mean there is no value.', default: [''] }),
    trim: Type.Boolean({ description: 'Whether padding around a cell is no part of it.', default: true }),
  },
  { additionalProperties: false },
);
type Options = Static<typeof Options>;

interface CastColumn {
  readonly field: CastField;
  readonly typing: ColumnTyping;
}

class Cast implements OperatorInstance {
  readonly keepsNothing = true;
  readonly #columns: readonly CastColumn[];
  readonly #fields: readonly CastField[];
  #header: readonly string[] = [];
  #positions: ReadonlyMap<string, number> = new Map();

  constructor(options: Options) {
    this.#fields = options.fields;
    this.#columns = options.fields.map((field) => ({ field, typing: castTyping(field, options) }));
  }

  process(batch: Batch, out: Outputs): void | Promise<void> {
    this.#match([...batch.columns.keys()]);
    const faults = new RowFaults();
    const columns = new Map<string, Column>();
    for (const { field, typing } of this.#columns) {
      const position = this.#positions.get(field.name);
      if (position === undefined) continue;
      const cells = cellsOf(batch.column(this.#header[position]!));
      columns.set(
        field.name,
        typing.type(cells, (row, fault) => {
          faults.add(row, fault);
          return false;
        }),
      );
    }
    const { split, sequence, provenance, length, port } = batch;
    const typed = new Batch({ split, sequence, provenance, columns, length, port });
    if (faults.size === 0) return out.emit(typed);
    for (const [row, found] of faults.entries()) out.deadLetter(typed, row, found);
    return out.emit(typed.select(faults.goodRows(length)));
  }

  /** How dates were found to be written, by field. */
  snapshot(): Record<string, unknown> {
    const observed = this.#numbers().map(({ field, typing }) => [field.name, typing.format.observed] as const);
    return Object.fromEntries(observed.filter(([, found]) => found != null));
  }

  restore(state: unknown): void {
    const observed = state as Record<string, unknown>;
    for (const { field, typing } of this.#numbers()) {
      if (field.name in observed) typing.format.observed = observed[field.name];
    }
  }

  #numbers(): { field: CastField; typing: NumberTyping }[] {
    return this.#columns.flatMap(({ field, typing }) => (typing instanceof NumberTyping ? [{ field, typing }] : []));
  }

  #match(header: readonly string[]): void {
    if (header.length === this.#header.length && header.every((name, i) => name === this.#header[i])) return;
    const { columns, missing } = matchHeader(this.#fields, header);
    const needed = missing.find(({ name }) => !this.#fields.find((field) => field.name === name)?.optional);
    if (needed) throw noColumn(needed.name, header);
    this.#header = header;
    this.#positions = columns;
  }
}

function noColumn(name: string, header: readonly string[]): TillstreamError {
  return new TillstreamError(
    'missing_column',
    `no column "${name}" here${suggestion(name, header)}; other names go into its aliases`,
  );
}

/** Types the cells of any file, in columns of the fields' own names. */
export const cast = defineOperator({
  name: 'cast',
  summary: 'Turns the cells of any file into exact typed values, and rejects records that have none.',
  description:
    'Where `validate` gives the canonical columns of sales, this gives the fields named and no others. A column is found by its name or an ' +
    'alias, without regard to case and punctuation. A file that lacks the column of a field that is not `optional` fails.',
  stability: 'stable',
  options: Options,
  reasons: CELL_REASONS,
  example: {
    options: {
      fields: [
        { name: 'day', type: 'date', aliases: ['Date'] },
        { name: 'celsius', type: 'number' },
        { name: 'price', type: 'money' },
        { name: 'note', optional: true },
      ],
    },
    input: [
      { Date: '2026-12-31', celsius: '-3.5', price: '1.25', note: '', other: 'x' },
      { Date: '2026-12-32', celsius: '20', price: '1.25', note: 'warm', other: 'x' },
    ],
    output: [{ day: 1_798_675_200, celsius: -3.5, price: 12_500, note: null }],
  },
  create: (options) => new Cast(options),
});
