import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import t, { type Test } from 'tap';
import { tillstream } from '../bin/terminal-in-memory.ts';

const DOCS = join(import.meta.dirname, '../../docs');

/** A block of code of a page: its language, what stands beside it, its text. */
interface Block {
  readonly language: string;
  readonly args: readonly string[];
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(DOCS, page), 'utf8');
  return [...text.matchAll(/^```(\w+) ?([^\n]*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', args = '', code = '']) => ({
      language,
      args: args.split(' ').filter(Boolean),
      text: code,
    }),
  );
}

/** Does what a reader of the page would, block after block. */
async function follow(t: Test, page: string): Promise<void> {
  const folder = t.testdir({});
  let printed = '';
  for (const { language, args, text } of blocksOf(page)) {
    const [path, pointer] = args;
    if (language === 'sh') {
      for (const line of text.trim().split('\n')) printed = await type(t, folder, line, path === 'fails');
    } else if (language === 'text') {
      for (const line of text.trim().split('\n')) t.ok(printed.includes(line.trim()), `prints: ${line}`, { printed });
    } else if (path === undefined) t.fail(`${page}: a block of ${language} that nobody runs:\n${text}`);
    else if (pointer) change(join(folder, path), pointer.split('.'), JSON.parse(text));
    else write(join(folder, path), text);
  }
}

/** Types a line into the terminal; returns what it printed. */
async function type(t: Test, cwd: string, line: string, fails: boolean): Promise<string> {
  const [program, ...args] = line.split(' ');
  if (program === 'npx') {
    const { code, stdout, stderr } = await tillstream(args.slice(1), { cwd });
    t.equal(code, fails ? 1 : 0, line, { stdout, stderr });
    return stdout + stderr;
  }
  t.equal(program, 'node', line);
  return runProgram(t, cwd, args[0] ?? '');
}

/** Runs a program in this process, which has loaded by now what a new one would have to; returns what it printed. */
async function runProgram(t: Test, cwd: string, file: string): Promise<string> {
  const before = process.cwd();
  const printed = t.capture(console, 'log');
  process.chdir(cwd);
  try {
    await import(pathToFileURL(join(cwd, file)).href);
    return printed()
      .map(({ args }) => `${format(...args)}\n`)
      .join('');
  } finally {
    process.chdir(before);
    printed.restore();
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Puts a value into a JSON file, at the place that the names lead to. */
function change(path: string, names: readonly string[], value: unknown): void {
  const document = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  const holder = names.slice(0, -1).reduce((at, name) => at[name] as Record<string, unknown>, document);
  holder[names.at(-1)!] = value;
  writeFileSync(path, JSON.stringify(document));
}

for (const page of ['tutorial.md', 'recipes.md', 'typescript.md']) {
  t.test(`${page}: all that it shows can be done`, (t) => follow(t, page));
}
