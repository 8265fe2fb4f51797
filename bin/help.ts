import { COMMON_OPTIONS, type Command, type OptionSpec } from './command.ts';

const WIDTH = 100;

/** Help for one command. */
export function commandHelp(command: Command): string {
  const usage = ['tillstream', command.name, command.positionals, '[options]'].filter(Boolean).join(' ');
  const options = [...command.options, ...COMMON_OPTIONS].map((spec) => [optionUsage(spec), spec.description] as const);
  const examples = command.examples.map(({ line, does }) => [`tillstream ${line}`, does] as const);
  const description = command.description?.split('\n\n').map((paragraph) => wrapped(paragraph, 0));
  const parts = [`Usage: ${usage}`, command.summary, ...(description ?? [])];
  return `${[...parts, section('Options', options), section('Examples', examples)].join('\n\n')}\n`;
}

/** Help for all of them. */
export function overview(commands: readonly Command[]): string {
  const listed = section(
    'Commands',
    commands.map(({ name, summary }) => [name, summary] as const),
  );
  const options = [...COMMON_OPTIONS, { name: 'version', description: 'show the version' }];
  const common = section(
    'Options of every command',
    options.map((spec) => [optionUsage(spec), spec.description] as const),
  );
  return [
    'Usage: tillstream COMMAND [options]',
    'Drop sales CSVs in a folder, get an exact warehouse.',
    listed,
    common,
    'Exit codes: 0 done, 1 something failed, 2 wrong usage.',
    '`tillstream COMMAND --help` shows its options and examples.\n',
  ].join('\n\n');
}

function optionUsage({ name, value }: OptionSpec): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const indent = Math.min(44, Math.max(...rows.map(([left]) => left.length))) + 4;
  const lines = rows.map(([left, right]) => {
    const head = `  ${left}`;
    const text = wrapped(right, indent);
    return head.length + 2 > indent ? `${head}\n${' '.repeat(indent)}${text}` : `${head.padEnd(indent)}${text}`;
  });
  return `${title}:\n${lines.join('\n')}`;
}

/** Words in lines of at most {@link WIDTH}; those after the first are indented. */
function wrapped(text: string, indent: number): string {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1)!;
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
