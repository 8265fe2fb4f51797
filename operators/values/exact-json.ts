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

/** Deeper than anybody means: what walks through the value, or writes it, would run out of stack somewhere below. */
const MOST_LEVELS = 1000;

/** JSON that nobody can work with. */
export class TooDeep extends SyntaxError {
  constructor() {
    super(`lists and objects are nested more than ${MOST_LEVELS} levels deep`);
  }
}

/** As `JSON.parse`, but long numbers keep all their digits: {@link plainValue} gives them. Throws SyntaxError, also {@link TooDeep}. */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw new TooDeep();
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

const [QUOTE, BACKSLASH] = [0x22, 0x5c];

function isTooDeep(text: string): boolean {
  // Each level takes two brackets.
  if (text.length < 2 * MOST_LEVELS) return false;
  let depth = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isQuoted && code === BACKSLASH) i++;
    else if (code === QUOTE) isQuoted = !isQuoted;
    else if (!isQuoted) depth += stepOf(code);
    if (depth > MOST_LEVELS) return true;
  }
  return false;
}

/** How much deeper the text is after that character: one of `[{`, one of `]}`, or another. */
function stepOf(code: number): number {
  if (code === 0x5b || code === 0x7b) return 1;
  return code === 0x5d || code === 0x7d ? -1 : 0;
}
