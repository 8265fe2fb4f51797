/** What things are called before people. */

const WORDS: Record<string, string> = {
  bad_quoting: 'Stray quote',
  too_many_fields: 'Too many fields',
  too_few_fields: 'Too few fields',
  invalid_encoding: 'Unreadable characters',
  record_too_long: 'Record too long',
  missing_value: 'Missing value',
  not_an_integer: 'Not a whole number',
  not_a_number: 'Not a number',
  not_a_date: 'Not a date',
  not_a_boolean: 'Not yes or no',
  out_of_range: 'Out of range',
  not_in_enum: 'Not one of the known values',
  pattern_mismatch: 'Wrong pattern',
  too_short: 'Too short',
  too_long: 'Too long',
  amount_overflow: 'Amount too large',
  unexpected_column: 'Unexpected column',
  operator_error: 'Operator failed',
  blank_row: 'Blank row',
  repeated_header: 'Repeated header',
  discarded_by_contract: 'Discarded by contract',
  dead_lettered: 'Dead-lettered',
  in_flight: 'In flight',
};

/** `not_a_number` as "Not a number"; words unknown here by taking their underscores away. */
export function words(code: string): string {
  const plain = code.replaceAll('_', ' ');
  return WORDS[code] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}
