import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import t from 'tap';
import { operatorPage } from '../../operators/docs/operator-page.ts';
import { optionRows } from '../../operators/docs/option-rows.ts';
import { loadRegistry } from '../../operators/registry.ts';

t.test('docs/operators.md says what the specs say; if not, run node operators/docs/write.ts', async (t) => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/operators.md'), 'utf8');
  t.equal(page, operatorPage((await loadRegistry(undefined, null)).values()));
});

t.test('options are listed with their parts', (t) => {
  const schema = Type.Object({
    path: Type.String({ description: 'Where.' }),
    where: Type.Array(Type.Object({ op: Type.Union([Type.Literal('='), Type.Literal('<')]) }), { default: [] }),
    names: Type.Record(Type.String(), Type.Number(), { default: {} }),
    pair: Type.Optional(Type.Tuple([Type.String(), Type.Null()])),
  });
  t.strictSame(
    optionRows(schema).map(({ path, type, default: preset, required }) => [path, type, preset, required]),
    [
      ['path', 'string', '', true],
      ['where', 'list of object', '[]', false],
      ['where[].op', '"=" | "<"', '', true],
      ['names', 'name to number', '{}', false],
      ['pair', 'list', '', false],
    ],
  );
  t.end();
});

t.test('every operator explains itself', async (t) => {
  for (const { name, summary, description, options } of (await loadRegistry(undefined, null)).values()) {
    t.match(summary, /^[A-Z].*\.$/, `${name} has a sentence`);
    t.ok(description, `${name} has a description`);
    for (const row of optionRows(options)) {
      if (!row.path.includes('.') && !row.path.includes('[')) t.ok(row.description, `${name}: ${row.path}`);
    }
  }
});
