import type { Options } from './options.ts';
import type { Terminal } from './terminal.ts';

/** An option as help shows it and the parser knows it. */
export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string;
  /** What stands for its value in help, such as DIR; without it the option is a flag. */
  readonly value?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  readonly description: string;
}

export interface Example {
  /** What to type, after `tillstream`. */
  readonly line: string;
  readonly does: string;
}

/** What a command has to say: a document for programs, a text for people. */
export interface Answer {
  readonly document: unknown;
  readonly text: string;
  /** 0 unless something failed. */
  readonly exitCode?: 0 | 1;
}

export interface Call {
  readonly positionals: readonly string[];
  readonly options: Options;
  readonly terminal: Terminal;
}

/** One command: what help and the parser need, and what it does. */
export interface Command {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** More about it, paragraphs. */
  readonly description?: string;
  /** How positional arguments are written in help, such as `[FILE…]`; none are taken without it. */
  readonly positionals?: string;
  /** Most positional arguments; any number unless given. */
  readonly mostPositionals?: number;
  readonly options: readonly OptionSpec[];
  readonly examples: readonly Example[];
  run(call: Call): Promise<Answer>;
}

/** Options that every command has. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'home',
    value: 'DIR',
    description: 'folder with schema_config.json, data/ and db/ (or TILLSTREAM_HOME; default: the project you are in)',
  },
  { name: 'json', description: 'print one JSON document on stdout, and all else on stderr' },
  { name: 'help', description: 'show this' },
];
