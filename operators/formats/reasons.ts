/** Why a cell has no value of its field, or none that is allowed: what each code stands for. */
export const CELL_REASONS: Readonly<Record<string, string>> = {
  missing_value: 'A value that is needed is not there.',
  not_an_integer: 'The cell is not a whole number.',
  not_a_number: 'The cell is not a number as the field writes them.',
  not_a_date: 'The cell is not a date as the field writes them, or names a day that does not exist.',
  not_a_boolean: 'The cell is none of the words for true and false.',
  out_of_range: 'The value is below the minimum or above the maximum.',
  not_in_enum: 'The value is none of those allowed.',
  pattern_mismatch: 'The text does not have the form required.',
  too_short: 'The text is shorter than allowed.',
  too_long: 'The text is longer than allowed.',
  amount_overflow: 'The number is too large to be kept exactly.',
};
