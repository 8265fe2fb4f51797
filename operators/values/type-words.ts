import type { NumberType } from '../../engine/column.ts';
import type { Fault } from '../../engine/operator.ts';
import { expected } from '../formats/faults.ts';

const WORDS: Readonly<Record<NumberType, readonly [code: string, expectation: string]>> = {
  integer: ['not_an_integer', 'a whole number'],
  decimal: ['not_a_number', 'a number'],
  float: ['not_a_number', 'a number'],
  date: ['not_a_date', 'a date such as 2026-12-31'],
  datetime: ['not_a_date', 'a time such as 2026-12-31T18:00:00'],
  boolean: ['not_a_boolean', 'true or false'],
};

/** What a value of the type looks like: `a whole number`. */
export function typeWords(type: NumberType): string {
  return WORDS[type][1];
}

/** What is wrong with a text that is no value of the type. */
export function notOfType(type: NumberType, field: string, text: string): Fault {
  const [code, expectation] = WORDS[type];
  return expected(code, field, expectation, text);
}
