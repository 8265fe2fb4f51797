import type { Batch } from '../../engine/batch.ts';
import { CallError } from '../async-map/call-error.ts';
import { type JsonOf, jsonReader } from '../values/cell-json.ts';
import { type TextOf, textReader } from '../values/cell-text.ts';
import { fieldColumn } from '../values/field-column.ts';

/** Reads fields of a batch for requests; columns are looked up once a batch. */
export class FieldTexts {
  readonly #batch: Batch;
  readonly #texts = new Map<string, TextOf>();
  readonly #json = new Map<string, JsonOf>();

  constructor(batch: Batch) {
    this.#batch = batch;
  }

  /** As people write it; null where it is missing. */
  text(field: string, row: number): string | null {
    let read = this.#texts.get(field);
    if (!read) {
      read = textReader(fieldColumn(this.#batch, field));
      this.#texts.set(field, read);
    }
    return read(row);
  }

  /** As {@link text}; throws a CallError where it is missing. */
  present(field: string, row: number): string {
    const text = this.text(field, row);
    if (text !== null && text !== '') return text;
    throw new CallError('missing_value', `the request needs "${field}", and the record has no value there`, {
      isPassing: false,
    });
  }

  json(field: string, row: number): string {
    let read = this.#json.get(field);
    if (!read) {
      read = jsonReader(fieldColumn(this.#batch, field));
      this.#json.set(field, read);
    }
    return read(row);
  }
}
