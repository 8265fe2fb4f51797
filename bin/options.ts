import { suggestion } from '../engine/nearest.ts';
import { COMMON_OPTIONS, type Command, type OptionSpec } from './command.ts';
import { UsageError } from './usage-error.ts';

type Given = string | true | readonly string[];

/** The options given to a command, read by type. Every reader throws {@link UsageError} at a value that is none. */
export class Options {
  readonly #given: ReadonlyMap<string, Given>;
  readonly #command: string;

  constructor(given: ReadonlyMap<string, Given>, command = '') {
    this.#given = given;
    this.#command = command;
  }

  flag(name: string): boolean {
    return this.#given.has(name);
  }

  text(name: string): string | undefined {
    const value = this.#given.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#given.get(name);
    return Array.isArray(value) ? (value as readonly string[]) : typeof value === 'string' ? [value] : [];
  }

  /** A whole number from `least` up. `1_000` and `1,000` are 1000. */
  whole(name: string, least = 0): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text.replaceAll(/[_,]/g, ''));
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw this.#misfit(name, `a whole number from ${least} up`, text);
  }

  /** A fraction from 0 to 1; `1%` is 0.01. */
  fraction(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
    if (text.trim() !== '' && value >= 0 && value <= 1) return value;
    throw this.#misfit(name, 'a fraction from 0 to 1, or a percentage', text);
  }

  /** A day of the calendar, `YYYY-MM-DD`. */
  day(name: string): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
    if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return text;
    throw this.#misfit(name, 'a day as YYYY-MM-DD', text);
  }

  choice<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = words.find((word) => word === text);
    if (found) return found;
    throw this.#misfit(name, words.join(', '), `${text}${suggestion(text, words)}`);
  }

  #misfit(name: string, expected: string, got: string): UsageError {
    return new UsageError(`--${name}: expected ${expected}, got ${got === '' ? 'nothing' : got}`, this.#command);
  }
}

export interface ParsedCall {
  readonly positionals: readonly string[];
  readonly options: Options;
}

/** Reads what follows a command's name. Throws {@link UsageError}, naming the nearest option there is. */
export function parseCall(args: readonly string[], command: Command): ParsedCall {
  const specs = new Map([...command.options, ...COMMON_OPTIONS].map((spec) => [spec.name, spec]));
  // An import would read all that the module has, and load what is behind it.
  const { parseArgs } = process.getBuiltinModule('node:util');
  const options = Object.fromEntries([...specs.values()].map(parserOption));
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<string, Given>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const spec = specs.get(token.name);
    if (!spec)
      throw new UsageError(`there is no option ${token.rawName}${nearOption(token.name, specs)}`, command.name);
    given.set(spec.name, givenValue(spec, token, given.get(spec.name), command.name));
  }
  const most = command.positionals === undefined ? 0 : (command.mostPositionals ?? Number.POSITIVE_INFINITY);
  const surplus = positionals[most];
  if (surplus !== undefined && !given.has('help')) {
    throw new UsageError(`tillstream ${command.name}: there is no use for "${surplus}"`, command.name);
  }
  return { positionals, options: new Options(given, command.name) };
}

function parserOption({ name, value }: OptionSpec) {
  const short = name === 'help' ? { short: 'h' } : {};
  return [name, { type: value === undefined ? ('boolean' as const) : ('string' as const), ...short }] as const;
}

function givenValue(
  spec: OptionSpec,
  token: { readonly rawName: string; readonly value?: string | undefined },
  before: Given | undefined,
  command: string,
): Given {
  if (spec.value === undefined) {
    if (token.value === undefined) return true;
    throw new UsageError(`${token.rawName} takes no value, got ${token.value}`, command);
  }
  if (token.value === undefined)
    throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${spec.value}`, command);
  if (!spec.multiple) return token.value;
  return [...(Array.isArray(before) ? (before as readonly string[]) : []), token.value];
}

function nearOption(name: string, specs: ReadonlyMap<string, OptionSpec>): string {
  const said = suggestion(name, specs.keys());
  return said
    .replace('"', '--')
    .replace('"', '')
    .replaceAll(/(there are: |, )(?=\w)/g, '$1--');
}
