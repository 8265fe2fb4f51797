import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import t from 'tap';
import { createOperator } from '../../jobs/create-operator.ts';
import { homeAt, initHome } from '../../jobs/home.ts';
import { FORMS } from '../../jobs/operator-files/forms.ts';
import { testOperator } from '../../jobs/test-operator.ts';
import { tillstream } from '../bin/terminal-in-memory.ts';

const dir = mkdtempSync(join(tmpdir(), 'tillstream-create-'));
t.teardown(() => rmSync(dir, { recursive: true }));
await initHome(dir);
const home = homeAt(dir);

for (const form of FORMS) {
  t.test(`a new operator of the form ${form} keeps the contract and passes its own test`, async (t) => {
    const created = await createOperator(home, `own-${form}`, form);
    t.equal(created.module, join(dir, 'operators/custom', `own-${form}.ts`));
    const { passed, checks, ownTests, measured } = await testOperator(`own-${form}`, dir, 20);
    t.ok(passed, 'passes', { found: checks.filter((each) => !each.passed), ownTests });
    t.ok(ownTests?.passed);
    t.ok(measured && measured.records > 0 && measured.recordsPerSecond > 0 && measured.peakMemoryBytes >= 0);
  });
}

t.test('the command says where the file is and what to do with it', async (t) => {
  const { code, stdout } = await tillstream(['create-operator', 'said-so', '--home', dir]);
  t.equal(code, 0);
  t.match(stdout, /said-so\.ts is your operator, .*said-so\.test\.ts its test/);
  t.match(stdout, new RegExp(`tillstream test-operator said-so --home \\S*${basename(dir)}\\n`), 'typed as it is');
  t.match((await tillstream(['operators', '--home', dir])).stdout, /^said-so +Says in one line/m);
  t.match((await tillstream(['operators', 'said-so', '--home', dir])).stdout, /round +integer +100/);
});

t.test('a name that is none, or is taken, is refused, and nothing is overwritten', async (t) => {
  const refused: [string, string, RegExp][] = [
    ['LoyaltyPoints', 'bad_operator_name', /such as loyalty-points; got "LoyaltyPoints"/],
    ['../escape', 'bad_operator_name', /got "\.\.\/escape"/],
    ['7-eleven', 'bad_operator_name', /such as eleven/],
    ['ü', 'bad_operator_name', /such as loyalty-points/],
    ['x'.repeat(61), 'bad_operator_name', /got "x+"/],
    ['filter', 'operator_exists', /comes with Tillstream; choose another name/],
    ['own-map', 'operator_exists', /is there already/],
  ];
  for (const [name, code, message] of refused) await t.rejects(createOperator(home, name, 'map'), { code, message });
  const file = join(dir, 'operators/custom/half.test.ts');
  writeFileSync(file, '// mine');
  await t.rejects(createOperator(home, 'half', 'map'), { code: 'operator_exists', message: /half\.test\.ts/ });
  t.equal(readFileSync(file, 'utf8'), '// mine');
  t.notOk(existsSync(join(dir, 'operators/custom/half.ts')));
  t.equal((await tillstream(['create-operator', 'x', '--form', 'mpa', '--home', dir])).code, 2);
});

t.test('what an operator does wrong is named, and the command fails', async (t) => {
  const { module, test } = await createOperator(home, 'broken', 'filter');
  writeFileSync(module, readFileSync(module, 'utf8').replace("output: [{ id: 'a', amount: 127 }]", 'output: []'));
  writeFileSync(
    test,
    "import { test } from 'node:test'; test('is never right', () => { throw new Error('as I said'); });",
  );
  const { code, stdout } = await tillstream(['test-operator', 'broken', '--home', dir]);
  t.equal(code, 1);
  t.match(stdout, /FAILED {2}does what its example says/);
  t.match(stdout, /FAILED {2}its own test[\s\S]*as I said/);
  t.match(stdout, /ok {6}conserves records/);
  t.match(stdout, /[\d,]+ records a second, at most [\d.]+ MB in use/);
  t.match(stdout, /It does not keep the contract\.\n$/);
});

t.test(
  'an operator of several inputs is tried with records for each, and an input that it has not is named',
  async (t) => {
    const module = join(dir, 'operators/custom/in-turn.ts');
    const trial = '{ records: { first: [{ n: 1 }, { n: 2 }, { n: 3 }], second: [{ n: 4 }, { n: 5 }] } }';
    const text = (given: string, process: string) => `import { defineOperator, Type } from 'tillstream';
export default defineOperator({
  name: 'in-turn',
  summary: 'Says where a record came in.',
  inputs: ['first', 'second'],
  options: Type.Object({}),
  create: () => ({ process: ${process} }),
});
export const trial = ${given};`;
    const says =
      '(batch, out, input) => out.emit(batch.withRecords(batch.records.map((record) => ({ ...record, input })), Int32Array.from(batch.records.keys())))';
    const test = () => tillstream(['test-operator', 'in-turn', '--home', dir]);
    const written = (given: string, process: string, seconds: number) => {
      writeFileSync(module, text(given, process));
      utimesSync(module, seconds, seconds);
    };
    written(trial, says, 1);
    t.match(await test(), { code: 0, stdout: /records a second[\s\S]*It keeps the contract/ });
    written(trial, "(batch, out, input) => (input === 'first' ? out.emit(batch) : undefined)", 2);
    t.match(await test(), { code: 1, stdout: /FAILED {2}conserves records/ });
    written(trial.replace('second', 'secand'), says, 3);
    t.match(await test(), { code: 1, stderr: /has no input "secand" — did you mean "second"/ });
  },
);

t.test('an operator that is not there, or has nothing to be tried with, is told in words', async (t) => {
  await t.rejects(testOperator('own-mpa', dir), { code: 'unknown_operator', message: /did you mean "own-map"/ });
  await t.rejects(testOperator('dead-letter', dir), { code: 'nothing_to_try', message: /export `trial`/ });
  const built = await testOperator('filter', dir, 1);
  t.ok(built.passed, 'one that comes with Tillstream is tried with its example');
  t.equal(built.ownTests, null);
});
