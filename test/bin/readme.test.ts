import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { COMMAND_NAMES, loadCommand } from '../../bin/commands.ts';
import { parseCall } from '../../bin/options.ts';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

t.test('README has a first look at each command, and at no other', async (t) => {
  const rows = [...README.matchAll(/^\| `tillstream ([a-z-]+)/gm)].map(([, name]) => name);
  t.strictSame(rows.sort(), [...COMMAND_NAMES].sort());
});

t.test('every command in README can be typed as it stands', async (t) => {
  const typed = [...README.matchAll(/^ {4}npx tillstream (.+?)(?: +#.*)?$/gm)].map(([, line = '']) => line);
  t.ok(typed.length > 0);
  for (const line of typed) {
    const [name, ...rest] = line.split(' ');
    const command = await loadCommand(name ?? '');
    if (!command) t.fail(`there is no command ${name}`);
    else t.doesNotThrow(() => parseCall(rest, command), line);
  }
});
