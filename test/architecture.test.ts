import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';

const ROOT = join(import.meta.dirname, '..');

/** Folder to those it may import besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  operators: ['engine'],
  db: ['engine', 'operators/warehouse.ts', 'operators/lookup/sql.ts', 'operators/sqlite-sink/tables.ts'],
  jobs: ['operators', 'db', 'engine'],
  server: ['jobs', 'operators', 'db', 'engine'],
  web: ['server/protocol.ts', 'server/schemas.ts', 'server/schemas', 'package.json'],
};

/** Folders whose contents come from elsewhere or are not code. */
const SKIPPED = new Set(['node_modules', 'build', 'data', 'dist']);

function entries(folder: string) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).filter(
    ({ name }) => !name.startsWith('.') && !SKIPPED.has(name),
  );
}

/** All files below, by path from the root. */
function filesIn(folder: string): string[] {
  return entries(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

/** Folders below with files in them, down to `depth` levels. */
function foldersIn(folder: string, depth: number): string[] {
  if (depth === 0) return [];
  const folders = entries(folder).filter((entry) => entry.isDirectory());
  const paths = folders.map(({ name }) => join(folder, name)).filter((path) => filesIn(path).length > 0);
  return paths.flatMap((path) => [path, ...foldersIn(path, depth - 1)]);
}

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;

/** Paths that a file imports, from the root. */
function importsOf(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, target]) => normalize(join(dirname(path), target!)));
}

const isCode = (path: string) => /\.(ts|js|svelte)$/.test(path);

for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
  t.test(`${folder} imports only what is below it`, (t) => {
    const files = filesIn(folder).filter(isCode);
    t.ok(files.length > 0);
    const breaches = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => ![folder, ...allowed].some((each) => target === each || target.startsWith(`${each}/`)))
        .map((target) => `${file} imports ${target}`),
    );
    t.strictSame(breaches, []);
    t.end();
  });
}

t.test('web takes types from the server, and no code', (t) => {
  for (const file of filesIn('web').filter(isCode)) {
    const statements = readFileSync(join(ROOT, file), 'utf8').match(
      /^(?:import|export)\b[^;]*?['"][^'"]*\/server\/[^'"]*['"]/gm,
    );
    for (const statement of statements ?? []) t.match(statement, /^(?:import|export) type\b/, file);
  }
  t.end();
});

t.test('the reading of imports finds them', (t) => {
  t.ok(importsOf('operators/filter.ts').includes('engine/batch.ts'));
  t.ok(importsOf('operators/registry.ts').includes('operators/map.ts'), 'those made on the way too');
  t.end();
});

t.test('every operator is in a file of its name', (t) => {
  for (const path of filesIn('operators').filter((each) => each.split('/').length === 2 && each.endsWith('.ts'))) {
    const name = path.slice('operators/'.length, -'.ts'.length);
    const isOperator = readFileSync(join(ROOT, path), 'utf8').includes('defineOperator(');
    if (!isOperator) t.ok(['registry', 'warehouse'].includes(name), `${path} is no operator`);
    else t.match(readFileSync(join(ROOT, path), 'utf8'), `name: '${name}'`, path);
  }
  t.end();
});

const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
/** What the list items begin with, which is what the page describes. */
const described = [...page.matchAll(/^- ((?:`[^`]+`(?:, )?)+)/gm)].flatMap(([, names]) =>
  [...names!.matchAll(/`([^`]+)`/g)].map(([, path]) => path!),
);

t.test('what ARCHITECTURE.md describes is there', (t) => {
  for (const path of described) {
    t.doesNotThrow(() => {
      const isFolder = statSync(join(ROOT, path)).isDirectory();
      if (isFolder !== path.endsWith('/')) throw new Error(`a folder ends with a slash, a file does not: ${path}`);
    }, path);
  }
  t.equal(new Set(described).size, described.length, 'and described once');
  t.end();
});

t.test('what is there ARCHITECTURE.md describes: folders, the engine and the operators', (t) => {
  const folders = foldersIn('.', 2).map((path) => `${path}/`);
  const files = ['engine', 'operators'].flatMap((folder) =>
    filesIn(folder).filter((path) => path.endsWith('.ts') && path.split('/').length === 2),
  );
  const missing = [...folders, ...files].filter((path) => !described.includes(path));
  t.strictSame(missing, [], 'add a line for each');
  t.end();
});

t.test('folders that others work in say what belongs there', (t) => {
  for (const folder of ['engine', 'operators', 'operators/custom', 'db', 'jobs', 'bin', 'bench', 'server', 'test']) {
    t.ok(filesIn(folder).includes(`${folder}/README.md`), folder);
  }
  t.end();
});
