import type { Batch } from '../../engine/batch.ts';
import type { Fault } from '../../engine/operator.ts';
import { AddedFields, type AddedFieldsOption, type AddedValues } from '../answers/added-fields.ts';
import type { Answer } from '../async-map/async-batches.ts';
import { textReader } from '../values/cell-text.ts';
import { fieldColumn } from '../values/field-column.ts';
import type { Found, Key } from './finder.ts';

export interface JoiningOptions {
  readonly on: readonly string[] | Readonly<Record<string, string>>;
  readonly fields: AddedFieldsOption;
  readonly onMissing: 'keep' | 'filter' | 'dead-letter';
  readonly onError: 'dead-letter' | 'keep';
}

/** What records are looked up by, and what becomes of them then. */
export class Joining {
  readonly #options: JoiningOptions;
  readonly #on: readonly string[];
  readonly #fields: AddedFields;

  constructor(options: JoiningOptions) {
    this.#options = options;
    this.#on = Array.isArray(options.on) ? options.on : Object.keys(options.on);
    this.#fields = new AddedFields(options.fields);
  }

  /** Gives the key of a row; null where a value of it is missing. Throws `unknown_field`. */
  keys(batch: Batch): (row: number) => Key | null {
    const readers = this.#on.map((field) => textReader(fieldColumn(batch, field)));
    return (row) => {
      const key: string[] = [];
      for (const textOf of readers) {
        const text = textOf(row);
        if (text === null || text === '') return null;
        key.push(text);
      }
      return key;
    };
  }

  answer(batch: Batch, found: Found | null | { readonly fault: Fault }): Answer<AddedValues> {
    if (found === null) return this.#missing();
    const answer = typeof found === 'function' ? this.#fields.read(batch, found) : found;
    return 'fault' in answer && this.#options.onError === 'keep' ? { value: this.#fields.nothing } : answer;
  }

  assemble(batch: Batch, values: readonly AddedValues[]): Batch {
    return this.#fields.assemble(batch, values);
  }

  #missing(): Answer<AddedValues> {
    const { onMissing } = this.#options;
    if (onMissing === 'keep') return { value: this.#fields.nothing };
    if (onMissing === 'filter') return { leftOut: 'not_found' };
    const what = this.#on.join(', ');
    return {
      fault: { code: 'not_found', field: this.#on[0]!, message: `nothing is found for ${what} of this record` },
    };
  }
}
