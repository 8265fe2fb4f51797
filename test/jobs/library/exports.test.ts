import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import * as library from 'tillstream';

const PROJECT = join(import.meta.dirname, '../../..');
const page = readFileSync(join(PROJECT, 'docs/typescript.md'), 'utf8');
const index = readFileSync(join(PROJECT, 'jobs/library/index.ts'), 'utf8');

/** Names that the tables and the list of types describe. */
function described(): { values: string[]; types: string[] } {
  const types = page.slice(page.indexOf('## Types'));
  const rows = [...page.matchAll(/^\| `(\w+)(?:\([^`]*\))?` \| [^|]+ \|$/gm)].map(([, name]) => name!);
  const sections = [...page.matchAll(/^## (Sources|Steps|Sinks|Operators)$[\s\S]*?(?=^## )/gm)].map(([text]) => text);
  const values = rows.filter((name) => sections.some((text) => text.includes(`| \`${name}`)));
  return { values: [...values, 'pipeline'], types: [...types.matchAll(/`(\w+)`/g)].map(([, name]) => name!) };
}

/** Names of the types that the index exports. */
function exportedTypes(): string[] {
  const lists = [...index.matchAll(/^export (type )?\{([^}]*)\}/gm)];
  return lists.flatMap(([, allTypes, list]) => {
    const names = list!
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean);
    return names.filter((name) => allTypes || name.startsWith('type ')).map((name) => name.replace('type ', ''));
  });
}

t.test('every value that is exported is described, and every one described is exported', (t) => {
  t.strictSame(Object.keys(library).sort(), described().values.sort());
  t.end();
});

t.test('so is every type', (t) => {
  t.strictSame(exportedTypes().sort(), described().types.sort());
  t.end();
});

t.test('package.json exports nothing else', (t) => {
  const { exports } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { exports: object };
  t.strictSame(exports, { '.': './jobs/library/index.ts', './package.json': './package.json' });
  t.end();
});
