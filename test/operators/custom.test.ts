import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { conformance } from '../../engine/conformance.ts';
import { makePlan } from '../../engine/plan.ts';
import { loadRegistry, operatorNames } from '../../operators/registry.ts';
import { batchOfRecords, runThrough } from './in-memory.ts';

const OPERATORS = join(import.meta.dirname, '../../operators');

/** A home somewhere on the disk, with these files in its `operators/custom`. */
function homeWith(t: { teardown(undo: () => void): void }, files: Record<string, string>): string {
  const home = mkdtempSync(join(tmpdir(), 'tillstream-custom-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  for (const [name, text] of Object.entries(files)) put(home, join('operators/custom', name), text);
  return home;
}

function put(home: string, path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

const named = (name: string, summary = 'does nothing') => `
  import { defineOperator, Type } from 'tillstream';
  export default defineOperator({ name: '${name}', summary: '${summary}', options: Type.Object({}), map: (record) => record });
`;

/** The operators that the README shows. */
function shown(): string[] {
  const readme = readFileSync(join(OPERATORS, 'custom/README.md'), 'utf8');
  return [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
}

t.test('the operators of the README join a plan by name, and keep the contract', async (t) => {
  const [roundUp, firstThousand] = shown();
  const home = homeWith(t, { 'round-up.ts': roundUp!, 'first-thousand.ts': firstThousand!, 'README.md': '' });
  const registry = await loadRegistry(undefined, home);
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
  const home = homeWith(t, { 'broken.ts': 'throw new Error("was loaded");', 'ok.ts': shown()[0]! });
  const registry = await loadRegistry(['filter', 'nobody'], home);
  t.strictSame([...registry.keys()], ['filter']);
});

t.test('a module that is no operator is refused in words', async (t) => {
  const refused: [string, string, RegExp][] = [
    ['empty.ts', 'export default 5;', /empty\.ts: expected an operator as its default export/],
    ['other-name.ts', shown()[0]!, /expected the operator to be called "other-name", as its file is, got "round-up"/],
    ['filter.ts', shown()[0]!, /"filter" is the name of an operator that comes with Tillstream/],
  ];
  for (const [file, text, message] of refused) {
    await t.rejects(loadRegistry(undefined, homeWith(t, { [file]: text })), { code: 'bad_operator', message });
  }
});

t.test(
  'without a home there are those of the project, and without any added ones those that come with Tillstream',
  async (t) => {
    const builtIn = await loadRegistry(undefined, null);
    t.ok(builtIn.has('csv-source'));
    t.strictSame([...(await loadRegistry(undefined, join(OPERATORS, 'nowhere'))).keys()], [...builtIn.keys()]);
    t.strictSame([...(await loadRegistry()).keys()], [...builtIn.keys()]);
  },
);

t.test('an operator that cannot be loaded is told of and left out, if somebody listens', async (t) => {
  const home = homeWith(t, { 'broken.ts': 'export default {', 'fine.ts': named('fine') });
  const broken: string[] = [];
  const registry = await loadRegistry(undefined, home, (error) => void broken.push((error as Error).message));
  t.ok(registry.has('fine'));
  t.notOk(registry.has('broken'));
  t.match(broken, [/broken\.ts: cannot be loaded: /]);
  t.ok(operatorNames(home).includes('broken'), 'its name is known');
});

t.test('packages bring operators, and a file of the home goes before them', async (t) => {
  const home = homeWith(t, { 'own.ts': named('own', 'of the home') });
  const manifest = (operators: object) => JSON.stringify({ type: 'module', tillstream: { operators } });
  const loyalty = 'node_modules/tillstream-operator-loyalty';
  put(home, `${loyalty}/package.json`, manifest({ loyalty: './lib/points.js', own: './lib/own.js' }));
  put(home, `${loyalty}/lib/points.js`, named('loyalty'));
  put(home, `${loyalty}/lib/own.js`, named('own', 'of the package'));
  put(home, 'node_modules/@shop/tillstream-operator-vat/package.json', manifest({ vat: './vat.js' }));
  put(home, 'node_modules/@shop/tillstream-operator-vat/vat.js', named('vat'));
  put(home, 'node_modules/unrelated/package.json', '{');
  const registry = await loadRegistry(['loyalty', 'vat', 'own'], home);
  t.strictSame([...registry.keys()], ['loyalty', 'vat', 'own']);
  t.equal(registry.get('own')?.summary, 'of the home');
});

t.test('a package that does not name its operators is refused in words', async (t) => {
  const refused: [string, RegExp][] = [
    ['{}', /package\.json: expected "tillstream": \{ "operators": \{ "name": "\.\/file\.js" \} \}/],
    ['{', /package\.json: /],
    [
      '{"tillstream":{"operators":{"points":"./points.ts"}}}',
      /operator "points" must be JavaScript, got \.\/points\.ts/,
    ],
    ['{"tillstream":{"operators":{"points":5}}}', /expected the file of operator "points"/],
  ];
  for (const [text, message] of refused) {
    const home = homeWith(t, { 'fine.ts': named('fine') });
    put(home, 'node_modules/tillstream-operator-points/package.json', text);
    await t.rejects(loadRegistry(undefined, home), { code: 'bad_operator_package', message });
    t.ok((await loadRegistry(undefined, home, () => {})).has('fine'), 'others are not affected');
  }
});

t.test('an operator whose file has changed is loaded anew', async (t) => {
  const home = homeWith(t, { 'changing.ts': named('changing', 'before') });
  const summary = async () => (await loadRegistry(['changing'], home)).get('changing')?.summary;
  t.equal(await summary(), 'before');
  put(home, 'operators/custom/changing.ts', named('changing', 'after'));
  // Not within the same tick of the file system's clock.
  utimesSync(join(home, 'operators/custom/changing.ts'), 2_000_000_000, 2_000_000_000);
  t.equal(await summary(), 'after');
});
