/** A number of more digits than JavaScript holds, as it was written; `JSON.stringify` writes it so again. */
interface RawNumber {
  readonly rawJSON: string;
}

/** What TypeScript does not declare yet: ECMAScript's "JSON.parse source text access". */
interface ExactJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
}

const { parse, rawJSON, isRawJSON } = JSON as unknown as ExactJson;

/** Digits enough that a number may hold more than JavaScript does. */
const LONG_NUMBER = /\d[\d.]{15}/;

/** As `JSON.parse`, but long numbers keep all their digits: {@link plainValue} gives them. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text) as unknown;
  return parse(text, (_, value, { source = '' }) =>
    typeof value === 'number' && LONG_NUMBER.test(source) ? rawJSON(source) : value,
  );
}

/** A value as text: numbers with all their digits, lists and objects as JSON; null where there is none. */
export function plainValue(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (isRawJSON(value)) return value.rawJSON;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Whether it is an object with fields. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJSON(value);
}
