import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { bundleTypebox } from '../../.ci/typebox/bundle.ts';

const MODULE = fileURLToPath(new URL('../../engine/quick-imports.ts', import.meta.url));
const ENTRIES = ['', '/value', '/compiler', '/system'];

/** What a process imports of TypeBox, and whether those are the package's own modules, after calling that module. */
function imported(module: string): { entry: string; names: string[]; own: boolean; works: boolean }[] {
  const script = `
    import { importQuickly } from ${JSON.stringify(module)};
    import { createRequire } from 'node:module';
    const root = createRequire(${JSON.stringify(MODULE)}).resolve('@sinclair/typebox').split('/build/')[0];
    importQuickly();
    importQuickly();
    const { Type } = await import('@sinclair/typebox');
    const { Value } = await import('@sinclair/typebox/value');
    const works = Value.Check(Type.Object({ a: Type.Integer({ minimum: 1 }) }), { a: 1 }) && !Value.Check(Type.Integer(), 'x');
    const found = [];
    for (const entry of ${JSON.stringify(ENTRIES)}) {
      const some = await import('@sinclair/typebox' + entry);
      const plain = await import(root + '/build/esm' + entry + '/index.mjs');
      if (Object.keys(some).join() !== Object.keys(plain).join()) throw new Error(entry + ' has other names');
      found.push({ entry, names: Object.keys(some), own: some === plain, works });
    }
    console.log(JSON.stringify(found));`;
  const args = ['-u', 'NODE_OPTIONS', process.execPath, '--input-type=module', '-e', script];
  const { stdout, stderr } = spawnSync('env', args, { cwd: import.meta.dirname, encoding: 'utf8' });
  t.equal(stderr, '');
  return JSON.parse(stdout) as ReturnType<typeof imported>;
}

t.test('TypeBox at once has what the package has, under the same names', async (t) => {
  await bundleTypebox();
  const found = imported(MODULE);
  t.strictSame(
    found.map(({ entry, own, works }) => ({ entry, own, works })),
    ENTRIES.map((entry) => ({ entry, own: false, works: true })),
  );
  t.ok(found.every(({ names }) => names.length > 0));
});

t.test('where it has not been made, the package is loaded', (t) => {
  const dir = join(import.meta.dirname, '../fixtures', `.elsewhere-${process.pid}`);
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(dir);
  const copy = join(dir, 'quick-imports.ts');
  cpSync(MODULE, copy);
  t.ok(imported(copy).every(({ own, works }) => own && works));
  t.end();
});

t.test('our own modules are those that are there, each once', async (t) => {
  const script = `
    import { importQuickly } from './quick-imports.ts';
    const before = await import('./nearest.ts');
    importQuickly();
    const { sinkLast } = await import('../jobs/ingest/plans.ts');
    const missing = await import('./no-such-module.ts').catch((error) => error.code);
    console.log(JSON.stringify([before === (await import('./nearest.ts')), typeof sinkLast, missing]));`;
  const args = ['-u', 'NODE_OPTIONS', process.execPath, '--input-type=module', '-e', script];
  const { stdout, stderr } = spawnSync('env', args, { cwd: dirname(MODULE), encoding: 'utf8' });
  t.equal(stderr, '');
  const [same, found, missing] = JSON.parse(stdout) as [boolean, string, string];
  t.ok(same);
  t.equal(found, 'function');
  t.match(missing, /^(ENOENT|ERR_MODULE_NOT_FOUND)$/);
});
