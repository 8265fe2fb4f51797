import { TillstreamError } from '../../engine/errors.ts';

/** A JSON document with the line on which each of its values stands. */
export interface PlacedJson {
  readonly value: unknown;
  /** 1-based line of a value by its JSON pointer (`/datasets/sales`); of a key, where the value itself is absent. */
  lineOf(pointer: string): number | undefined;
}

/**
 * Reads JSON as JSON.parse does, and notes where everything stands. Throws `malformed_json`, a sentence with line and
 * column, where it is not JSON; a key that is given twice is an error too, as the first would silently be lost.
 */
export function parsePlacedJson(text: string, file: string): PlacedJson {
  const reader = new JsonReader(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, file);
  const value = reader.document();
  return { value, lineOf: (pointer) => reader.lineOf(pointer) };
}

/** One step of a JSON pointer, escaped after RFC 6901. */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON says that texts hold none
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const WORD = /[A-Za-z_$][\w$]*/y;
const LITERALS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

class JsonReader {
  readonly #text: string;
  readonly #file: string;
  readonly #offsets = new Map<string, number>();
  #at = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  document(): unknown {
    this.#space();
    if (this.#at === this.#text.length) this.#fail('the file is empty; expected an object, { … }');
    const value = this.#value('');
    this.#space();
    if (this.#at < this.#text.length) this.#fail(`expected the end of the file, got ${this.#seen()}`);
    return value;
  }

  lineOf(pointer: string): number | undefined {
    const offset = this.#offsets.get(pointer);
    return offset === undefined ? undefined : this.#position(offset).line;
  }

  #value(pointer: string): unknown {
    this.#offsets.set(pointer, this.#at);
    const next = this.#text[this.#at];
    if (next === '{') return this.#object(pointer);
    if (next === '[') return this.#array(pointer);
    if (next === '"') return this.#string();
    return this.#scalar();
  }

  #object(pointer: string): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    this.#items('}', () => {
      if (this.#text[this.#at] !== '"') this.#fail(`expected a key in double quotes, got ${this.#seen()}`);
      const start = this.#at;
      const key = this.#string();
      if (entries.has(key)) this.#fail(`the key "${key}" is given twice in one object`, start);
      this.#space();
      if (this.#text[this.#at] !== ':') this.#fail(`expected ":" after the key "${key}", got ${this.#seen()}`);
      this.#at++;
      this.#space();
      entries.set(key, this.#value(`${pointer}/${escapePointer(key)}`));
    });
    return Object.fromEntries(entries);
  }

  #array(pointer: string): unknown[] {
    const items: unknown[] = [];
    this.#items(']', () => items.push(this.#value(`${pointer}/${items.length}`)));
    return items;
  }

  /** What stands between an opening bracket and `end`, with commas between. */
  #items(end: string, item: () => void): void {
    const open = this.#at++;
    this.#space();
    if (this.#text[this.#at] === end) {
      this.#at++;
      return;
    }
    for (;;) {
      item();
      this.#space();
      const next = this.#text[this.#at];
      if (next === end) break;
      if (next === undefined) this.#unclosed(open, end);
      if (next !== ',') this.#fail(`expected "," or "${end}", got ${this.#seen()}`);
      const comma = this.#at++;
      this.#space();
      if (this.#text[this.#at] === end) this.#fail(`a comma before "${end}" is not allowed in JSON`, comma);
    }
    this.#at++;
  }

  #string(): string {
    const found = this.#match(STRING);
    if (found !== undefined) return JSON.parse(found) as string;
    return this.#fail('this text is not closed by a double quote on its line, or has a bad \\ escape');
  }

  #scalar(): unknown {
    const start = this.#at;
    const number = this.#match(NUMBER);
    if (number !== undefined && !/[\w.+-]/.test(this.#text[this.#at] ?? '')) return Number(number);
    this.#at = start;
    const word = this.#match(WORD);
    if (word !== undefined && Object.hasOwn(LITERALS, word)) return LITERALS[word];
    this.#at = start;
    return this.#fail(`expected a value, got ${this.#seen()}`);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? '.')) this.#at++;
    if (this.#text.startsWith('//', this.#at) || this.#text.startsWith('/*', this.#at)) {
      this.#fail('comments are not allowed in JSON; "description" is the place for words');
    }
  }

  #seen(): string {
    const rest = this.#text.slice(this.#at, this.#at + 40);
    if (rest === '') return 'the end of the file';
    if (rest.startsWith("'")) return "a single quote (JSON's texts stand in double quotes)";
    return JSON.stringify(/^[\w.+-]+/.exec(rest)?.[0] ?? rest[0]);
  }

  #unclosed(open: number, end: string): never {
    const { line } = this.#position(open);
    return this.#fail(`the file ends before the "${this.#text[open]}" of line ${line} is closed by "${end}"`);
  }

  #fail(what: string, at = this.#at): never {
    const { line, column } = this.#position(at);
    const message = `${this.#file} is not valid JSON: line ${line}, column ${column}: ${what}`;
    throw new TillstreamError('malformed_json', message, { file: this.#file, line });
  }

  #position(offset: number): { line: number; column: number } {
    const before = this.#text.slice(0, offset).split(/\r\n|\n|\r/);
    return { line: before.length, column: before.at(-1)!.length + 1 };
  }
}
