import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { ensureDashboard } from '../../web/build.ts';
import { salesCsv } from '../server/serving.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const MODULES = join(PROJECT, 'node_modules');
const dir = mkdtempSync(join(tmpdir(), 'tillstream-package-'));
t.teardown(() => rmSync(dir, { recursive: true }));

const CHECKOUT = ['.ci', 'bin', 'data', 'db', 'docs', 'engine', 'jobs', 'operators', 'server', 'web'];
const FILES = ['LICENSE', 'README.md', 'package.json', 'schema_config.json', 'tsconfig.json'];
const NOT_COPIED = /^(?:node_modules|\.svelte-kit|\.building|screenshots|raw|ingested|processed|rejected|.*\.db.*)$/;

/** A copy of the project, as packing puts another package.json in the place of its own for a moment. */
function checkout(): string {
  const copy = join(dir, 'checkout');
  for (const name of [...CHECKOUT, ...FILES]) {
    cpSync(join(PROJECT, name), join(copy, name), {
      recursive: true,
      filter: (path) => !NOT_COPIED.test(basename(path)),
    });
  }
  symlinkSync(MODULES, join(copy, 'node_modules'));
  return copy;
}

/** As a person would run it: tap's own hooks, which it puts into every process, stay outside. */
function run(cwd: string, command: string, ...args: string[]) {
  const env = ['-u', 'NODE_OPTIONS', `PATH=${dirname(process.execPath)}:${process.env.PATH}`];
  const { status, stdout, stderr } = spawnSync('env', [...env, command, ...args], { cwd, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** The package where `npm install` would put it, with its dependencies beside it. */
function installed(tarball: string): string {
  const consumer = join(dir, 'consumer');
  const place = join(consumer, 'node_modules/tillstream');
  mkdirSync(place, { recursive: true });
  t.equal(run(dir, 'tar', 'xzf', tarball, '-C', place, '--strip-components=1').status, 0);
  const { dependencies, bin } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    bin: { tillstream: string };
  };
  for (const name of [...Object.keys(dependencies), '@types/node', 'typescript']) {
    mkdirSync(dirname(join(consumer, 'node_modules', name)), { recursive: true });
    symlinkSync(join(MODULES, name), join(consumer, 'node_modules', name));
  }
  mkdirSync(join(consumer, 'node_modules/.bin'));
  symlinkSync(join('../tillstream', bin.tillstream), join(consumer, 'node_modules/.bin/tillstream'));
  writeFileSync(
    join(consumer, 'package.json'),
    '{ "name": "shop", "type": "module", "dependencies": { "tillstream": "*" } }',
  );
  return consumer;
}

/** Writes the TypeScript that a page shows; returns the names of the files. */
function snippets(page: string): string[] {
  const text = readFileSync(join(PROJECT, 'docs', page), 'utf8');
  return [...text.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)].map(([, path, code]) => {
    const name = join(page.replace('.md', ''), path!);
    mkdirSync(dirname(join(consumer, name)), { recursive: true });
    writeFileSync(join(consumer, name), code!);
    return name;
  });
}

await ensureDashboard();
const project = checkout();
const packed = run(project, 'npm', 'pack', '--silent', '--offline');
t.equal(packed.status, 0, 'npm pack', { stderr: packed.stderr });
const consumer = installed(join(project, packed.stdout.trim()));

t.test('packing leaves the project as it was', (t) => {
  t.equal(readFileSync(join(project, 'package.json'), 'utf8'), readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  t.end();
});

t.test('the package has what it needs, compiled, and nothing of the workshop', (t) => {
  const list = run(dir, 'tar', 'tzf', join(project, packed.stdout.trim())).stdout.split('\n');
  for (const path of ['README.md', 'LICENSE', 'dist/web/build/index.html', 'dist/db/migrations/0001_warehouse.sql']) {
    t.ok(list.includes(`package/${path}`), path);
  }
  t.ok(
    list.some((path) => /^package\/dist\/\.cache\/typebox-[\d.]+\/index\.mjs$/.test(path)),
    'TypeBox in few files',
  );
  t.strictSame(
    list.filter((path) => /(?<!\.d)\.ts$|\/test\/|\/bench\/|\.db$/.test(path)),
    [],
  );
  t.end();
});

t.test('npx tillstream makes a home, loads a file and proves it', (t) => {
  t.match(run(consumer, 'npx', '--no-install', 'tillstream', 'init', 'home').stdout, /home is ready/);
  const cli = (...args: string[]) => run(consumer, 'node_modules/.bin/tillstream', ...args);
  writeFileSync(join(consumer, 'home/data/raw/sales.csv'), salesCsv(200));
  const ingest = cli('ingest', '--home', 'home', '--json');
  t.equal(ingest.status, 0, 'ingest', { stderr: ingest.stderr });
  t.match(JSON.parse(ingest.stdout), { status: 'done' });
  t.equal(cli('verify', '--home', 'home').status, 0);
  t.equal(cli('create-operator', 'own', '--home', 'home').status, 0);
  const tested = cli('test-operator', 'own', '--home', 'home');
  t.match(tested.stdout, /ok {6}its own test[\s\S]*It keeps the contract/, 'test-operator', { stderr: tested.stderr });
  t.end();
});

t.test('ten lines of TypeScript run a CSV into a table', (t) => {
  writeFileSync(join(consumer, 'orders.csv'), 'id,qty,price\n1,2,1.50\n2,x,1\n3,1,2.25\n');
  writeFileSync(
    join(consumer, 'orders.ts'),
    `import { csvSource, filter, map, pipeline, sqliteSink } from 'tillstream';

const result = await pipeline(
  csvSource('orders.csv', { id: 'integer', qty: 'integer', price: 'money' }),
  filter((order) => order.qty > 1),
  map((order) => ({ ...order, total: order.qty * order.price }), { total: 'money' }),
  sqliteSink('shop.db', 'orders', { key: ['id'] }),
).run();
console.log(JSON.stringify(result.ledger));
`,
  );
  const ran = run(consumer, process.execPath, 'orders.ts');
  t.equal(ran.stderr, '');
  t.match(JSON.parse(ran.stdout), { read: 3, inserted: 1, filtered: 1, dead_lettered: 1 });
  const db = new Database(join(consumer, 'shop.db'), { readonly: true });
  t.strictSame(db.prepare('SELECT * FROM orders').all(), [{ id: 1, qty: 2, price: 15_000, total: 30_000 }]);
  db.close();
  t.end();
});

t.test('its declarations let pass what fits and nothing else', (t) => {
  cpSync(join(PROJECT, 'test/jobs/library/misfits.ts'), join(consumer, 'misfits.ts'));
  const shown = ['tutorial.md', 'recipes.md', 'typescript.md'].flatMap(snippets);
  t.ok(shown.length > 5);
  const options = {
    strict: true,
    module: 'nodenext',
    target: 'esnext',
    noEmit: true,
    allowImportingTsExtensions: true,
    types: ['node'],
    exactOptionalPropertyTypes: true,
  };
  writeFileSync(
    join(consumer, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { ...options, skipLibCheck: false },
      files: ['misfits.ts', 'orders.ts', ...shown],
    }),
  );
  const checked = run(consumer, process.execPath, join(MODULES, 'typescript/bin/tsc'), '-p', '.');
  t.equal(checked.stdout, '');
  t.equal(checked.status, 0);
  t.end();
});
