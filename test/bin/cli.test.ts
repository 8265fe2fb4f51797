import t from 'tap';
import { loadCommands } from '../../bin/commands.ts';
import { parseCall } from '../../bin/options.ts';
import { tillstream } from './terminal-in-memory.ts';

const commands = await loadCommands();

t.test('without arguments it lists every command', async (t) => {
  const { code, stdout } = await tillstream([]);
  t.equal(code, 0);
  for (const { name, summary } of commands) {
    t.match(stdout, new RegExp(`^  ${name} `, 'm'));
    t.ok(stdout.replaceAll(/\s+/g, ' ').includes(summary), `${name} says what it is for`);
  }
});

for (const command of commands) {
  t.test(`${command.name} --help shows its options and examples`, async (t) => {
    const { code, stdout } = await tillstream([command.name, '--help']);
    t.equal(code, 0);
    for (const { name } of command.options) t.match(stdout, `--${name}`);
    t.ok(command.examples.length > 0);
    for (const { line } of command.examples) t.match(stdout, `tillstream ${line}`);
  });

  t.test(`${command.name}: its examples can be typed as they stand`, async (t) => {
    for (const { line } of command.examples) {
      const [name, ...rest] = line.split(' ');
      t.equal(name, command.name);
      t.doesNotThrow(() => parseCall(rest, command), line);
    }
  });

  t.test(`${command.name}: an unknown option is wrong usage, and the nearest one is named`, async (t) => {
    const { code, stdout, stderr } = await tillstream([command.name, '--hme', 'x']);
    t.equal(code, 2);
    t.equal(stdout, '');
    t.match(stderr, 'there is no option --hme — did you mean --home?');
  });
}

t.test('an unknown command is wrong usage, and the nearest one is named', async (t) => {
  const { code, stderr } = await tillstream(['ingets']);
  t.equal(code, 2);
  t.match(stderr, 'there is no command "ingets" — did you mean "ingest"?');
});

t.test('with --json an error is a document too', async (t) => {
  const { code, stderr, json } = await tillstream(['kpi', 'revenu', '--json']);
  t.equal(code, 2);
  t.match(json(), { error: { code: 'wrong_usage', message: /did you mean "revenue"/ } });
  t.match(stderr, 'did you mean "revenue"');
});

t.test('values that are none are wrong usage', async (t) => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['kpi trend --granularity weekly', /expected day, week, month, got weekly/],
    ['kpi revenue --from 2025-02-30', /--from: expected a day as YYYY-MM-DD/],
    ['kpi revenue --limit many', /--limit: expected a whole number from 1 up, got many/],
    ['kpi revenue --region', /--region needs a value: --region NAME/],
    ['generate --dirty 2 --out /tmp/x', /--dirty: expected a fraction from 0 to 1/],
    ['generate --rows 10', /say where to write with --out DIR/],
    ['runs first', /expected the number of a run, got "first"/],
    ['verify now', /there is no use for "now"/],
    ['verify --json=yes', /--json takes no value/],
    ['--home x ingest', /a command comes first/],
  ];
  for (const [line, message] of wrong) {
    // Those that look for a home first find the project's own.
    const { code, stderr } = await tillstream(line.split(' '));
    t.equal(code, 2, line);
    t.match(stderr, message, line);
  }
});

t.test('--version says which one it is', async (t) => {
  const { code, stdout } = await tillstream(['--version']);
  t.equal(code, 0);
  t.match(stdout, /^\d+\.\d+\.\d+\n$/);
});
