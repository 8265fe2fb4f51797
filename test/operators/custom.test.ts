import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { conformance } from '../../engine/conformance.ts';
import { makePlan } from '../../engine/plan.ts';
import { loadRegistry } from '../../operators/registry.ts';
import { batchOfRecords, runThrough } from './in-memory.ts';

const OPERATORS = join(import.meta.dirname, '../../operators');

/** A folder beside `custom`, so that the imports of an example lead where they do there. */
function customFolder(t: { teardown(undo: () => void): void }, files: Record<string, string>): string {
  const folder = mkdtempSync(join(OPERATORS, '.custom-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** The operators that the README shows. */
function shown(): string[] {
  const readme = readFileSync(join(OPERATORS, 'custom/README.md'), 'utf8');
  return [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
}

t.test('the operators of the README join a plan by name, and keep the contract', async (t) => {
  const [roundUp, firstThousand] = shown();
  const folder = customFolder(t, { 'round-up.ts': roundUp!, 'first-thousand.ts': firstThousand!, 'README.md': '' });
  const registry = await loadRegistry(undefined, folder);
  const plan = makePlan(['csv-source', 'round-up', { operator: 'first-thousand', options: { count: 5 } }], registry);
  t.strictSame(
    plan.map(({ id }) => id),
    ['csv-source', 'round-up', 'first-thousand'],
  );
  const records = Array.from({ length: 20 }, (_, i) => ({ customer_id: String(i) }));
  for (const { operator, options } of plan.slice(1)) {
    const report = await conformance(registry.get(operator)!, { options, records });
    for (const { name, passed, detail } of report.checks) t.ok(passed, `${operator} ${name}`, { detail });
  }
  const batch = batchOfRecords([{ customer_id: '7' }, { customer_id: null }]);
  const out = await runThrough(registry.get('round-up')!, {}, [batch]);
  t.strictSame(out.records(), [{ customer_id: '000007' }]);
  t.match(out.dead, [{ row: 1, faults: [{ code: 'operator_error', message: 'a sale needs a customer here' }] }]);
});

t.test('only those named are loaded', async (t) => {
  const folder = customFolder(t, { 'broken.ts': 'throw new Error("was loaded");', 'ok.ts': shown()[0]! });
  const registry = await loadRegistry(['filter', 'nobody'], folder);
  t.strictSame([...registry.keys()], ['filter']);
});

t.test('a module that is no operator is refused in words', async (t) => {
  const refused: [string, string, RegExp][] = [
    ['empty.ts', 'export default 5;', /empty\.ts: expected an operator as its default export/],
    ['other-name.ts', shown()[0]!, /expected the operator to be called "other-name", as its file is, got "round-up"/],
    ['filter.ts', shown()[0]!, /"filter" is the name of an operator that comes with Tillstream/],
  ];
  for (const [file, text, message] of refused) {
    await t.rejects(loadRegistry(undefined, customFolder(t, { [file]: text })), { code: 'bad_operator', message });
  }
});

t.test('without the folder there are the operators that come with Tillstream', async (t) => {
  const builtIn = await loadRegistry(undefined, null);
  t.ok(builtIn.has('csv-source'));
  t.strictSame([...(await loadRegistry(undefined, join(OPERATORS, 'nowhere'))).keys()], [...builtIn.keys()]);
});
