import { type Static, Type } from '@sinclair/typebox';
import { type Column, DictionaryColumn } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { textReader } from '../values/cell-text.ts';

/** What may be done to a text, in this order. */
export const TextSteps = {
  trim: Type.Optional(Type.Boolean({ description: 'Without white space around it.' })),
  replace: Type.Optional(
    Type.Object(
      {
        pattern: Type.String({ description: 'Regular expression; every match is replaced.' }),
        with: Type.String({ description: 'What stands in its place; `$1` is the first group.' }),
      },
      { additionalProperties: false },
    ),
  ),
  case: Type.Optional(Type.Union([Type.Literal('upper'), Type.Literal('lower')])),
  lookup: Type.Optional(
    Type.Record(Type.String(), Type.String(), { description: 'Text to text; what is not in it stays.' }),
  ),
};
const Steps = Type.Object(TextSteps);
type Steps = Static<typeof Steps>;

type Change = (text: string) => string;

/** The steps as one function, or null if there are none. */
export function textChange({ trim, replace, case: letterCase, lookup }: Steps): Change | null {
  const steps: Change[] = [];
  if (trim) steps.push((text) => text.trim());
  if (replace) {
    const pattern = patternOf(replace.pattern);
    steps.push((text) => text.replace(pattern, replace.with));
  }
  if (letterCase) steps.push((text) => (letterCase === 'upper' ? text.toUpperCase() : text.toLowerCase()));
  if (lookup) {
    const found = new Map(Object.entries(lookup));
    steps.push((text) => found.get(text) ?? text);
  }
  return steps.length === 0 ? null : (text) => steps.reduce((changed, step) => step(changed), text);
}

function patternOf(source: string): RegExp {
  try {
    return new RegExp(source, 'gu');
  } catch (cause) {
    const message = `replace: expected a regular expression, got ${JSON.stringify(source)}`;
    throw new TillstreamError('bad_option', message, { cause });
  }
}

/** Applies a change to columns of texts; in a column with a dictionary, once to each distinct text. */
export class TextChanger {
  readonly #change: Change;
  #from: Dictionary | null = null;
  #to = new Dictionary();
  #codes: number[] = [];

  constructor(change: Change) {
    this.#change = change;
  }

  /** A dictionary column if `column` is one, else the changed texts. */
  apply(column: Column): DictionaryColumn | (string | null)[] {
    if (column.kind === 'dictionary') return this.#recoded(column);
    const textOf = textReader(column);
    return Array.from({ length: column.length }, (_, row) => {
      const text = textOf(row);
      return text === null ? null : this.#change(text);
    });
  }

  #recoded({ codes, dictionary }: DictionaryColumn): DictionaryColumn {
    // A dictionary of its own for each one that comes: there are never more changed texts than texts.
    if (this.#from !== dictionary) {
      this.#from = dictionary;
      this.#to = new Dictionary();
      this.#codes = [];
    }
    for (let code = this.#codes.length; code < dictionary.values.length; code++) {
      this.#codes.push(this.#to.encode(this.#change(dictionary.values[code]!)));
    }
    return new DictionaryColumn(
      codes.map((code) => (code < 0 ? code : this.#codes[code]!)),
      this.#to,
    );
  }
}
