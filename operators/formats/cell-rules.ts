import { TillstreamError } from '../../engine/errors.ts';
import type { Fault } from '../../engine/operator.ts';
import { expected, listed } from './faults.ts';

/** What Table Schema says of a field's values as text, whatever their type. */
export interface TextConstraints {
  readonly required?: boolean | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly pattern?: string | undefined;
  /** Texts allowed; null where the type compares values instead. */
  readonly enum?: readonly string[] | undefined;
}

export interface CellRulesOptions {
  readonly field: string;
  /** Texts that mean there is no value. */
  readonly missingValues: readonly string[];
  /** Whether padding around the text is no part of it. */
  readonly trim: boolean;
  readonly constraints: TextConstraints;
}

const OTHER_LENGTHS = 31;

/**
 * From the raw text of a cell to the text that a format reads: padding, missing values, constraints on texts.
 * Throws `bad_field` where the pattern is no regular expression.
 */
export class CellRules {
  readonly field: string;
  readonly required: boolean;
  readonly trim: boolean;
  readonly emptyIsMissing: boolean;
  /** Whether every text has to be looked at, as there are constraints on it. */
  readonly demanding: boolean;
  /** Texts that mean there is no value, as {@link read} compares them. */
  readonly tokens: ReadonlySet<string>;
  readonly #constraints: TextConstraints;
  readonly #pattern: RegExp | null;
  /** By first byte, which lengths the tokens for missing values have, a bit each; null if there are none but ''. */
  readonly #suspects: Int32Array | null;

  constructor({ field, missingValues, trim, constraints }: CellRulesOptions) {
    const { required = false, pattern, minLength, maxLength } = constraints;
    this.field = field;
    this.required = required;
    this.trim = trim;
    this.tokens = new Set(missingValues.map((token) => (trim ? token.trim() : token)));
    this.emptyIsMissing = this.tokens.has('');
    this.#constraints = constraints;
    this.#pattern = pattern === undefined ? null : wholePattern(field, pattern);
    this.demanding = [pattern, minLength, maxLength, constraints.enum].some((constraint) => constraint !== undefined);
    this.#suspects = suspectsOf(this.tokens);
  }

  /** The text to be read as a value; null where there is none. */
  read(raw: string): string | null | Fault {
    const text = this.trim ? raw.trim() : raw;
    if (!this.tokens.has(text)) return this.demanding ? (this.#violation(text) ?? text) : text;
    return this.required ? expected('missing_value', this.field, 'a value', text) : null;
  }

  /** Whether there are tokens for missing values other than ''. */
  get hasTokens(): boolean {
    return this.#suspects !== null;
  }

  /** Whether the cell, as it stands, can be a token for a missing value other than ''. Never false for one that is. */
  suspicious(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#suspects === null || start === end) return false;
    return ((this.#suspects[bytes[start]!]! >>> Math.min(end - start, OTHER_LENGTHS)) & 1) === 1;
  }

  #violation(text: string): Fault | null {
    const { minLength, maxLength, enum: allowed } = this.#constraints;
    const bad = (code: string, expectation: string) => expected(code, this.field, expectation, text);
    if (allowed && !allowed.includes(text)) return bad('not_in_enum', `one of ${listed(allowed)}`);
    if (this.#pattern && !this.#pattern.test(text))
      return bad('pattern_mismatch', `text of the form ${this.#constraints.pattern}`);
    const length = minLength === undefined && maxLength === undefined ? 0 : [...text].length;
    if (minLength !== undefined && length < minLength) return bad('too_short', `at least ${characters(minLength)}`);
    if (maxLength !== undefined && length > maxLength) return bad('too_long', `at most ${characters(maxLength)}`);
    return null;
  }
}

function wholePattern(field: string, pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch (cause) {
    const message = `field "${field}": expected a regular expression as its pattern, got "${pattern}"`;
    throw new TillstreamError('bad_field', message, { cause });
  }
}

function characters(count: number): string {
  return count === 1 ? 'one character' : `${count} characters`;
}

function suspectsOf(tokens: ReadonlySet<string>): Int32Array | null {
  const suspects = new Int32Array(256);
  for (const token of tokens) {
    const bytes = Buffer.from(token);
    if (bytes.length > 0) suspects[bytes[0]!]! |= 1 << Math.min(bytes.length, OTHER_LENGTHS);
  }
  return suspects.some((lengths) => lengths !== 0) ? suspects : null;
}
