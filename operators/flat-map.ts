import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { TextColumn } from '../engine/column.ts';
import { defineOperator } from '../engine/define-operator.ts';
import { TillstreamError } from '../engine/errors.ts';
import type { OperatorInstance, Outputs } from '../engine/operator.ts';
import { delimitedParts, jsonParts, type Part, type Parts } from './flat-map/parts.ts';
import { textReader } from './values/cell-text.ts';
import { fieldColumn } from './values/field-column.ts';

const Options = Type.Object({
  field: Type.String({
    minLength: 1,
    description: 'Field that holds a list; `attributes.NAME` for a column that is not mapped.',
  }),
  format: Type.Union([Type.Literal('delimited'), Type.Literal('json')], {
    description: 'How the list is written: parts with a sign between them, or a JSON array.',
    default: 'delimited',
  }),
  delimiter: Type.String({
    minLength: 1,
    description: 'What stands between the parts of a `delimited` list.',
    default: ';',
  }),
  into: Type.Optional(
    Type.String({ minLength: 1, description: 'Field that a part is put into; the same one unless given.' }),
  ),
  members: Type.Array(Type.String({ minLength: 1 }), {
    description: 'Of a JSON list of objects: the members that become fields, under their names.',
    default: [],
  }),
  empty: Type.Union([Type.Literal('keep'), Type.Literal('drop')], {
    description: 'Whether a record whose list is missing or empty goes on, once and without a part, or is left out.',
    default: 'keep',
  }),
});

class FlatMap implements OperatorInstance {
  readonly keepsNothing = true;
  readonly #options: Static<typeof Options>;
  readonly #partsOf: Parts;
  readonly #targets: readonly string[];

  constructor(options: Static<typeof Options>) {
    const { field, format, delimiter, into = field, members } = options;
    if (members.length > 0 && format !== 'json') {
      throw new TillstreamError('bad_option', 'flat-map: "members" needs "format": "json", a list of objects');
    }
    this.#options = options;
    this.#partsOf = format === 'json' ? jsonParts(members) : delimitedParts(delimiter);
    this.#targets = members.length > 0 ? members : [into];
  }

  process(batch: Batch, out: Outputs): void | Promise<void> {
    const { field, empty } = this.#options;
    const textOf = textReader(fieldColumn(batch, field));
    const rows: number[] = [];
    const left: number[] = [];
    const made: Part[] = [];
    for (let row = 0; row < batch.length; row++) {
      const parts = this.#partsOf(textOf(row));
      if (typeof parts === 'string')
        out.deadLetter(batch, row, [{ code: 'bad_list', message: `${field}: ${parts}`, field }]);
      else if (parts.length === 0 && empty === 'drop') left.push(row);
      for (const part of typeof parts === 'string' ? [] : this.#orNothing(parts)) {
        rows.push(row);
        made.push(part);
      }
    }
    out.filtered(batch, Int32Array.from(left), 'empty_list');
    const columns = this.#targets.map(
      (name, i) => [name, new TextColumn(made.map((part) => part[i] ?? null))] as const,
    );
    return out.emit(batch.select(Int32Array.from(rows)).with({ columns }));
  }

  #orNothing(parts: readonly Part[]): readonly Part[] {
    return parts.length === 0 && this.#options.empty === 'keep' ? [[]] : parts;
  }
}

/** Makes of each record as many as a list in one of its fields has parts. */
export const flatMap = defineOperator({
  name: 'flat-map',
  summary: 'Makes several records of one, by splitting a list that stands in a field.',
  description: [
    'The other fields are the same in each of them, amounts too: what is summed afterwards is summed once for every part. Parts are texts;',
    '[map](#map) and [cast](#cast) make other types of them. With `members` the parts of a JSON list are objects, whose members become fields.',
    '',
    'The ledger says under `adjusted` how many records it has added. For a function of your own see `flatMap` of `defineOperator`.',
  ].join('\n'),
  stability: 'stable',
  conserves: false,
  options: Options,
  reasons: {
    bad_list: 'The field does not hold a list as the plan says: no JSON, or no JSON array.',
    empty_list: 'The list in the field is missing or empty, and the plan leaves such records out.',
  },
  example: {
    options: { field: 'tags', into: 'tag' },
    input: [
      { order: 1, tags: 'gift; new' },
      { order: 2, tags: null },
    ],
    output: [
      { order: 1, tags: 'gift; new', tag: 'gift' },
      { order: 1, tags: 'gift; new', tag: 'new' },
      { order: 2, tags: null, tag: null },
    ],
  },
  create: (options) => new FlatMap(options),
});
