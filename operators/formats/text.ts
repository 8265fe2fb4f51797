import type { Fault } from '../../engine/operator.ts';
import { expected } from './faults.ts';
import type { NumberFormat } from './format.ts';
import { bareNumber, type NumberStyle, plainNumber } from './number-text.ts';

/** A way to write values that are kept as text: a text that is neither missing nor padded, in its one canonical form. */
export interface TextFormat {
  parse(text: string): string | Fault;
  /** Whether the canonical form is JSON as it stands: a number, true or false. */
  readonly bare: boolean;
}

export const STRING: TextFormat = { parse: (text) => text, bare: false };

/** Dates and booleans in their canonical form. */
export function plainText(format: NumberFormat): TextFormat {
  return {
    bare: format.type === 'boolean',
    parse: (text) => {
      const value = format.parse(text);
      return typeof value === 'number' ? format.plain(value) : value;
    },
  };
}

/** Numbers as plain decimals, with every digit they had; `17850.0` is 17850. */
export function numberText(field: string, whole: boolean, style: NumberStyle): TextFormat {
  const bad = (text: string) =>
    whole
      ? expected('not_an_integer', field, 'a whole number', text)
      : expected('not_a_number', field, 'a number', text);
  return {
    bare: true,
    parse: (text) => {
      const found = bareNumber(text, style);
      const plain = found && plainNumber(found);
      return !plain || (whole && plain.includes('.')) ? bad(text) : plain;
    },
  };
}
