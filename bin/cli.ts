import { TillstreamError } from '../engine/errors.ts';
import { suggestion } from '../engine/nearest.ts';
import type { Answer, Command } from './command.ts';
import { COMMAND_NAMES, loadCommand, loadCommands } from './commands.ts';
import { parseCall } from './options.ts';
import { say, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** Runs one command to its end and returns the exit code: 0 done, 1 something failed, 2 wrong usage. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const json = args.includes('--json');
  try {
    const answer = await answerTo(args, terminal);
    await write(terminal, json ? `${JSON.stringify(answer.document, null, 2)}\n` : answer.text);
    return answer.exitCode ?? 0;
  } catch (error) {
    return failed(error, json, terminal);
  }
}

async function answerTo(args: readonly string[], terminal: Terminal): Promise<Answer> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return help(rest[0]);
  if (name === '--version') return version();
  if (name.startsWith('-')) throw new UsageError(`a command comes first, then ${name}`);
  const command = await commandCalled(name);
  const { positionals, options } = parseCall(rest, command);
  if (options.flag('help')) return help(name);
  return command.run({ positionals, options, terminal });
}

async function version(): Promise<Answer> {
  const { default: manifest } = await import('../package.json', { with: { type: 'json' } });
  return { document: { version: manifest.version }, text: `${manifest.version}\n` };
}

async function help(name: string | undefined): Promise<Answer> {
  const { commandHelp, overview } = await import('./help.ts');
  if (name === undefined || name.startsWith('-')) {
    const all = await loadCommands();
    return { document: { commands: all.map(({ name, summary }) => ({ name, summary })) }, text: overview(all) };
  }
  const command = await commandCalled(name);
  const { run: _, ...document } = command;
  return { document, text: commandHelp(command) };
}

async function commandCalled(name: string): Promise<Command> {
  const command = await loadCommand(name);
  if (command) return command;
  throw new UsageError(`there is no command "${name}"${suggestion(name, COMMAND_NAMES)}`);
}

/** Tells what went wrong: a sentence on stderr, and with `--json` a document on stdout. */
async function failed(error: unknown, json: boolean, terminal: Terminal): Promise<number> {
  const usage = error instanceof UsageError;
  if (json) await write(terminal, `${JSON.stringify({ error: errorDocument(error) }, null, 2)}\n`);
  say(terminal, sentence(error, terminal));
  if (usage) say(terminal, `Try: tillstream ${error.command ? `${error.command} ` : ''}--help`);
  return usage ? 2 : 1;
}

export function errorDocument(error: unknown): Record<string, unknown> {
  if (error instanceof UsageError) return { code: error.code, message: error.message };
  if (!(error instanceof TillstreamError)) return { code: 'unexpected', message: String(error) };
  const { code, message, file, line, operator } = error;
  return { code, message, file, line, operator };
}

/** What a person can act on needs no stack; what nobody foresaw does. */
function sentence(error: unknown, { env }: Terminal): string {
  const known = error instanceof UsageError || error instanceof TillstreamError || isSystemError(error);
  if (!(error instanceof Error)) return `tillstream: ${String(error)}`;
  return `tillstream: ${known && !env.TILLSTREAM_DEBUG ? error.message : (error.stack ?? error.message)}`;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

function write({ stdout }: Terminal, text: string): Promise<void> {
  return new Promise((resolve, reject) => stdout.write(text, (error) => (error ? reject(error) : resolve())));
}
