import { type Static, Type } from '@sinclair/typebox';
import type { Column, DictionaryColumn, NumberColumn } from '../../engine/column.ts';
import type { Dictionary } from '../../engine/dictionary.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { textReader } from '../values/cell-text.ts';
import { type Range, rangeOf, type Units } from '../values/units.ts';

export const OPS = ['=', '!=', '<', '<=', '>', '>=', 'in', 'matches', 'is_missing', 'is_present'] as const;
type Op = (typeof OPS)[number];

const One = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

export const ConditionOptions = Type.Object(
  {
    field: Type.String({ description: 'Field that is looked at; `attributes.NAME` for a column that is not mapped.' }),
    op: Type.Union(
      OPS.map((op) => Type.Literal(op)),
      { description: 'How it is compared.' },
    ),
    value: Type.Optional(
      Type.Union([One, Type.Array(One)], {
        description:
          'What it is compared with: a number in people’s units (12.5), a date as ISO text (2026-12-31, the whole day), a list for `in`.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type ConditionOptions = Static<typeof ConditionOptions>;

type Test<T> = (value: T) => boolean;
type Constant = Static<typeof One>;

/** One condition, ready to be asked of columns of any kind. */
export class Condition {
  readonly field: string;
  /** Whether the condition is about presence, so that a file without the field can be asked it too. */
  readonly asksPresence: boolean;
  readonly #op: Op;
  readonly #constants: readonly Constant[];
  readonly #text: Test<string>;
  readonly #numbers = new Map<string, Test<number>>();
  #verdicts: { dictionary: Dictionary; of: boolean[] } | null = null;

  /** Throws `bad_option` where the value does not suit the comparison. */
  constructor({ field, op, value }: ConditionOptions) {
    this.field = field;
    this.asksPresence = op === 'is_missing' || op === 'is_present';
    this.#op = op;
    this.#constants = constantsOf(field, op, value);
    this.#text = textTest(op, this.#constants, field);
  }

  /** Sets `into[row]` to 1 where the condition holds and 0 elsewhere. A missing value fulfils nothing but `is_missing`. */
  evaluate(column: Column | undefined, into: Uint8Array): void {
    if (!column) into.fill(this.#op === 'is_missing' ? 1 : 0);
    else if (this.asksPresence) markMissing(column, into, this.#op === 'is_missing');
    else if (column.kind === 'number' && this.#op !== 'matches') this.#markNumbers(column, into);
    else if (column.kind === 'dictionary') this.#markCodes(column, into);
    else this.#markTexts(column, into);
  }

  #markNumbers(column: NumberColumn, into: Uint8Array): void {
    const { values } = column;
    const test = this.#numberTest(column);
    for (let row = 0; row < values.length; row++) into[row] = test(values[row]!) ? 1 : 0;
  }

  #numberTest({ type, scale }: NumberColumn): Test<number> {
    const key = `${type}/${scale}`;
    let test = this.#numbers.get(key);
    if (!test) {
      const ranges = this.#constants.map((constant) => this.#range(constant, { type, scale }));
      test = numberTest(this.#op, ranges);
      this.#numbers.set(key, test);
    }
    return test;
  }

  #range(constant: Constant, units: Units): Range {
    const range = rangeOf(constant, units);
    if (range) return range;
    const kind = units.type === 'date' || units.type === 'datetime' ? 'date such as 2026-12-31' : units.type;
    throw badValue(this.field, `expected a ${kind}, as the field holds, got ${JSON.stringify(constant)}`);
  }

  /** Asks each distinct text once. */
  #markCodes({ codes, dictionary }: DictionaryColumn, into: Uint8Array): void {
    if (this.#verdicts?.dictionary !== dictionary) this.#verdicts = { dictionary, of: [] };
    const { of } = this.#verdicts;
    for (let code = of.length; code < dictionary.values.length; code++) of.push(this.#text(dictionary.values[code]!));
    for (let row = 0; row < codes.length; row++) into[row] = codes[row]! >= 0 && of[codes[row]!]! ? 1 : 0;
  }

  #markTexts(column: Column, into: Uint8Array): void {
    const textOf = textReader(column);
    for (let row = 0; row < column.length; row++) {
      const text = textOf(row);
      into[row] = text !== null && this.#text(text) ? 1 : 0;
    }
  }
}

/** An empty cell of an unread file is missing too. */
function markMissing(column: Column, into: Uint8Array, wanted: boolean): void {
  for (let row = 0; row < column.length; row++) {
    const value = column.get(row);
    const missing = value === null || (column.kind === 'bytes' && value === '');
    into[row] = missing === wanted ? 1 : 0;
  }
}

function constantsOf(field: string, op: Op, value: ConditionOptions['value']): readonly Constant[] {
  if (op === 'is_missing' || op === 'is_present') {
    if (value !== undefined) throw badValue(field, `${op} takes no value`);
    return [];
  }
  if (op === 'in') {
    if (Array.isArray(value)) return value;
    throw badValue(field, `in takes a list, got ${JSON.stringify(value) ?? 'nothing'}`);
  }
  if (value !== undefined && !Array.isArray(value)) return [value];
  throw badValue(field, `${op} takes one value, got ${JSON.stringify(value) ?? 'nothing'}`);
}

/** NaN, a missing value, fails every comparison, `!=` included. */
function numberTest(op: Op, ranges: readonly Range[]): Test<number> {
  const { low, high } = ranges[0] ?? { low: 0, high: -1 };
  switch (op) {
    case '=':
      return (value) => value >= low && value <= high;
    case '!=':
      return (value) => value < low || value > high;
    case '<':
      return (value) => value < low;
    case '<=':
      return (value) => value <= high;
    case '>':
      return (value) => value > high;
    case '>=':
      return (value) => value >= low;
    default:
      return (value) => ranges.some((range) => value >= range.low && value <= range.high);
  }
}

/** Texts compare as texts, by code unit, unless the constant is a number: then as the numbers that they are. */
function textTest(op: Op, constants: readonly Constant[], field: string): Test<string> {
  const [constant] = constants;
  if (op === 'matches') {
    const pattern = patternOf(field, String(constant));
    return (text) => pattern.test(text);
  }
  if (op === 'in') {
    const tests = constants.map((each) => textTest('=', [each], field));
    return (text) => tests.some((test) => test(text));
  }
  if (typeof constant === 'number') {
    const test = numberTest(op, [{ low: constant, high: constant }]);
    return (text) => text.trim() !== '' && test(Number(text));
  }
  return compareTexts(op, String(constant));
}

function compareTexts(op: Op, wanted: string): Test<string> {
  switch (op) {
    case '=':
      return (text) => text === wanted;
    case '!=':
      return (text) => text !== wanted;
    case '<':
      return (text) => text < wanted;
    case '<=':
      return (text) => text <= wanted;
    case '>':
      return (text) => text > wanted;
    default:
      return (text) => text >= wanted;
  }
}

function patternOf(field: string, source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch (cause) {
    throw badValue(field, `expected a regular expression, got ${JSON.stringify(source)}`, cause);
  }
}

function badValue(field: string, message: string, cause?: unknown): TillstreamError {
  return new TillstreamError('bad_option', `condition on "${field}": ${message}`, { cause });
}
