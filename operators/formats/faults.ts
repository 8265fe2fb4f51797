import type { Fault } from '../../engine/operator.ts';

/** Longest part of a cell that a message quotes. */
const QUOTED = 60;

/** `quantity: expected a whole number, got "two"`. */
export function expected(code: string, field: string, expectation: string, got: string | null): Fault {
  return { code, field, message: `${field}: expected ${expectation}, got ${got === null ? 'none' : quoted(got)}` };
}

/** The text in double quotes, with control characters made visible, and shortened. */
export function quoted(text: string): string {
  if (text === '') return 'an empty cell';
  return JSON.stringify(text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text);
}

/** `"a", "b" or "c"`; long lists are cut short. */
export function listed(values: readonly string[]): string {
  const shown = values.slice(0, 8).map((value) => JSON.stringify(value));
  if (values.length > shown.length) return `${shown.join(', ')} …`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} or ${last}`;
}
