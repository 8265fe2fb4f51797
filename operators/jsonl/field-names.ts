import { type Column, TextColumn } from '../../engine/column.ts';
import type { Fault } from '../../engine/operator.ts';
import type { JsonFields } from './json-record.ts';

/** The fields that records have had so far. A field that was seen once is there in all later batches. */
export class FieldNames {
  readonly #names: Set<string>;
  readonly #isFixed: boolean;
  readonly #limit: number;

  /** `fixed`: no others are taken. */
  constructor({ fixed, seen, limit }: { fixed?: readonly string[]; seen?: readonly string[]; limit: number }) {
    this.#names = new Set(fixed ?? seen ?? []);
    this.#isFixed = fixed !== undefined;
    this.#limit = limit;
  }

  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Takes note of a record's fields; a fault if these are more than anybody means. */
  add(fields: JsonFields): Fault | null {
    if (this.#isFixed) return null;
    const fresh = [...fields.keys()].filter((name) => !this.#names.has(name));
    if (this.#names.size + fresh.length > this.#limit) {
      const message = `with this record there would be more than ${this.#limit} fields; name those you want in \`fields\`, or keep nested objects as JSON`;
      return { code: 'too_many_fields', message };
    }
    for (const name of fresh) this.#names.add(name);
    return null;
  }

  /** Records as columns of texts. */
  columns(records: readonly JsonFields[]): Map<string, Column> {
    return new Map(this.names.map((name) => [name, new TextColumn(records.map((fields) => fields.get(name) ?? null))]));
  }
}
