import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { CANONICAL_NAMES } from '../../../operators/dataset/canonical.ts';
import { checkConfig, parseConfig, readConfig } from '../../../operators/dataset/config.ts';
import { jsonSchemaText } from '../../../operators/dataset/json-schema.ts';
import { ConfigError } from '../../../operators/dataset/problem.ts';

const ROOT = join(import.meta.dirname, '../../..');
const OPERATORS = ['csv-source', 'validate', 'enrich', 'filter', 'batch-insert'];

type Json = Record<string, unknown>;

function shop(changes: Json = {}): Json {
  return {
    fields: [
      { name: 'Date', type: 'date', format: '%d/%m/%Y' },
      { name: 'Qty', type: 'integer' },
      { name: 'Price', type: 'number' },
      { name: 'Item' },
    ],
    map: { sold_at: 'Date', quantity: 'Qty', unit_price: 'Price', product_id: 'Item' },
    ...changes,
  };
}

function problemsOf(value: unknown): string[] {
  try {
    checkConfig(value, { operators: OPERATORS });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ place, message }) => `${place}: ${message}`);
    throw error;
  }
}

const withShop = (changes: Json) => ({ datasets: { shop: shop(changes) } });
const withField = (field: Json) => withShop({ fields: [{ name: 'Date', type: 'date' }, field], map: {} });

t.test('a minimal dataset is filled with what it leaves unsaid, and frozen', async (t) => {
  const { datasets, checkpointBytes } = checkConfig(withShop({}));
  const dataset = datasets.get('shop')!;
  t.equal(checkpointBytes, 16 * 1024 * 1024);
  t.match(dataset, {
    name: 'shop',
    title: 'shop',
    disposition: 'append',
    missingValues: [''],
    primaryKey: [],
    defaults: {},
    outputs: [],
  });
  t.strictSame(dataset.contract, { columns: 'evolve', types: 'discard_row' });
  t.strictSame(dataset.match, { files: [], header: ['Date', 'Qty', 'Price', 'Item'] });
  t.match(dataset.dialect, { delimiter: ',', quoteChar: '"', header: true, encoding: 'auto' });
  t.throws(() => Object.assign(dataset.map, { region: 'Item' }), TypeError);
});

t.test('the columns a file must have are the required fields unless the match says otherwise', async (t) => {
  const fields = [{ name: 'a', constraints: { required: true } }, { name: 'b' }];
  const header = (changes: Json) =>
    checkConfig(withShop({ fields, map: {}, ...changes })).datasets.get('shop')!.match.header;
  t.strictSame(header({}), ['a']);
  t.strictSame(header({ match: { header: ['b'] } }), ['b']);
});

t.test('the primary key is named as records have it', async (t) => {
  const { datasets } = checkConfig(
    withShop({ primaryKey: ['Item', 'Qty'], map: { product_id: 'Item' }, disposition: 'merge' }),
  );
  t.strictSame(datasets.get('shop')!.primaryKey, ['product_id', 'Qty']);
});

t.test('what is wrong is told by place, expectation, what was got and the nearest name', async (t) => {
  const cases: [unknown, RegExp][] = [
    [[], /^the document: expected an object, \{ … \}, got \[\]$/],
    [{}, /^datasets: is missing; expected an object with at least one entry/],
    [{ datasets: {} }, /^datasets: expected an object with at least one entry/],
    [{ datasets: {}, dataset: 1 }, /^dataset: is not a known key — did you mean "datasets"\?$/],
    [{ datasets: { '1st shop': shop() } }, /^datasets\["1st shop"\]: is not a valid name; expected a letter, then/],
    [withShop({ feilds: [] }), /^datasets\.shop\.feilds: is not a known key — did you mean "fields"\?$/],
    [withShop({ fields: [] }), /^datasets\.shop\.fields: expected a list of at least 1, got \[\]$/],
    [withShop({ fields: undefined }), /^datasets\.shop\.fields: is missing; expected a list/],
    [
      withField({ name: 'x', type: 'integr' }),
      /^datasets\.shop\.fields\[1\]\.type: expected one of string, integer, .*, got "integr" — did you mean "integer"\?$/,
    ],
    [withField({ name: 'x', type: 'float64' }), /got "float64" — did you mean "number"\?$/],
    [withField({ name: 'x', tpye: 'integer' }), /^datasets\.shop\.fields\[1\]\.tpye: .* did you mean "type"/],
    [
      withField({ name: 'x', constraints: { requried: true } }),
      /fields\[1\]\.constraints\.requried: .* did you mean "required"/,
    ],
    [
      withField({ name: 'x', constraints: { required: 'yes' } }),
      /constraints\.required: expected true or false, got "yes"$/,
    ],
    [
      withField({ name: 'x', constraints: { minLength: -1 } }),
      /minLength: expected a whole number of at least 0, got -1$/,
    ],
    [
      withField({ name: 'x', constraints: { pattern: '[A-' } }),
      /constraints\.pattern: expected a regular expression, got "\[A-": /,
    ],
    [
      withField({ name: 'x', type: 'integer', constraints: { minimum: 5, maximum: 1 } }),
      /minimum: expected at most maximum \(1\), got 5$/,
    ],
    [
      withField({ name: 'x', constraints: { minimum: 5 } }),
      /minimum: expected no bound, as the field is of type string/,
    ],
    [
      withField({ name: 'x', type: 'date', constraints: { maximum: 'soon' } }),
      /maximum: expected a date such as .*, got "soon"$/,
    ],
    [withField({ name: 'x', type: 'date', format: '%Y-%q' }), /fields\[1\]\.format: .*got "%q"/],
    [
      withField({ name: 'x', type: 'date', format: 'anny' }),
      /fields\[1\]\.format: expected a pattern .* did you mean "any"/,
    ],
    [withField({ name: 'x', decimalChar: ',,' }), /decimalChar: expected a text of one character, got ",,"$/],
    [withField({ name: 'x', decimalChar: ',', groupChar: ',' }), /groupChar: expected another sign than decimalChar/],
    [withField({ name: 'date' }), /fields\[1\]\.name: "date" is already the name of fields\[0\]/],
    [
      withField({ name: 'x', aliases: ['DATE'] }),
      /fields\[1\]\.aliases\[0\]: "DATE" is already the name of fields\[0\]/,
    ],
    [
      withShop({ map: { quantty: 'Qty' } }),
      /^datasets\.shop\.map\.quantty: is not a known key — did you mean "quantity"\?$/,
    ],
    [
      withShop({ map: { quantity: 'Qtty' } }),
      /^datasets\.shop\.map\.quantity: expected the name of a field, got "Qtty" — did you mean "Qty"\?$/,
    ],
    [
      withShop({ map: { quantity: 'Item' } }),
      /map\.quantity: expected a field of type integer or number for quantity, got "Item" of type string$/,
    ],
    [
      withShop({ defaults: { quantity: 'many' } }),
      /^datasets\.shop\.defaults\.quantity: expected a number, got "many"$/,
    ],
    [withShop({ defaults: { shop: 'x' } }), /^datasets\.shop\.defaults\.shop: is not a known key/],
    [
      withShop({ primaryKey: 'Itm' }),
      /^datasets\.shop\.primaryKey: expected the name of a field, got "Itm" — did you mean "Item"\?$/,
    ],
    [
      withShop({ primaryKey: ['Item', 'x'] }),
      /^datasets\.shop\.primaryKey\[1\]: expected the name of a field, got "x"; there are: /,
    ],
    [withShop({ disposition: 'merge' }), /^datasets\.shop\.disposition: merge needs a primaryKey/],
    [withShop({ disposition: 'upsert' }), /got "upsert" — did you mean "merge"\?$/],
    [withShop({ contract: { columns: 'fail' } }), /contract\.columns: .* did you mean "freeze"/],
    [withShop({ dialect: { delimeter: ';' } }), /dialect\.delimeter: is not a known key — did you mean "delimiter"/],
    [withShop({ dialect: { delimiter: '"' } }), /^datasets\.shop\.dialect: .*different characters$/],
    [
      withShop({ operators: ['csv-source', 'validat'] }),
      /operators\[1\]: expected the name of an operator, got "validat" — did you mean "validate"/,
    ],
    [withShop({ operators: [{ operator: 'fliter' }] }), /operators\[0\]\.operator: .* did you mean "filter"/],
    [withShop({ operators: [{ option: {} }] }), /operators\[0\]\.option: is not a known key — did you mean "options"/],
    [withShop({ operators: ['filter'], outputs: ['enriched'] }), /^datasets\.shop\.outputs: is for the usual plan/],
    [withShop({ match: { files: ['a', 'a'] } }), /match\.files: has an entry twice/],
    [
      withShop({ dialect: { header: false } }),
      /^datasets\.shop\.match: a dataset whose files have no header needs "files"/,
    ],
    [{ ...withShop({}), checkpointBytes: 10 }, /^checkpointBytes: expected a whole number of at least 65536, got 10$/],
  ];
  for (const [config, expected] of cases) {
    const problems = problemsOf(config);
    t.ok(
      problems.some((problem) => expected.test(problem)),
      `${expected} among ${JSON.stringify(problems)}`,
    );
  }
});

t.test('all problems are told at once, with their lines', async (t) => {
  const text =
    '{\n  "datasets": {\n    "shop": {\n      "fields": [\n        { "name": "a", "type": "integr" },\n        { "nam": "b" }\n      ]\n    }\n  }\n}';
  const error = t.throws(() => parseConfig(text, { file: 'my.json' })) as unknown as ConfigError;
  t.match(error.message, 'my.json, line 5: datasets.shop.fields[0].type: expected one of');
  t.match(error.message, 'my.json, line 6: datasets.shop.fields[1].nam: is not a known key — did you mean "name"?');
  t.equal(error.code, 'invalid_config');
  t.equal(error.line, error.problems[0]!.line);
});

t.test('nonsense of any kind is a ConfigError and nothing else', async (t) => {
  const keys = fc.constantFrom(
    'datasets',
    'shop',
    'fields',
    'name',
    'type',
    'map',
    'match',
    'primaryKey',
    'operators',
    'x',
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 6 }, fc.constantFrom(null, 0, 'x', 'integer', true, ''), tie('list'), tie('object')),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
  }));
  fc.assert(fc.property(value, (config) => problemsOf({ datasets: { shop: config } }).length >= 0));
  t.pass();
});

t.test('checking changes nothing of what it is given', async (t) => {
  const given = withShop({ primaryKey: 'Item' });
  const before = structuredClone(given);
  checkConfig(given);
  t.strictSame(given, before);
});

t.test('a file that is not there is told in a sentence', async (t) => {
  await t.rejects(readConfig(join(t.testdir(), 'none.json')), { code: 'unreadable_config', message: /no such file/ });
});

t.test('the shipped configurations are valid and documented canonical names exist', async (t) => {
  const examples = readdirSync(join(ROOT, 'docs/examples')).map((name) => join(ROOT, 'docs/examples', name));
  t.ok(examples.length >= 4);
  for (const folder of [ROOT, ...examples]) {
    const { datasets } = await readConfig(join(folder, 'schema_config.json'));
    for (const { map, description } of datasets.values()) {
      t.ok(Object.keys(map).every((name) => (CANONICAL_NAMES as readonly string[]).includes(name)));
      t.ok(description.length > 15, 'says what it is');
    }
    if (folder !== ROOT) t.match(readFileSync(join(folder, 'README.md'), 'utf8'), 'tillstream init');
  }
});

t.test('the JSON Schema in docs is in step with the code', async (t) => {
  t.equal(readFileSync(join(ROOT, 'docs/schema_config.schema.json'), 'utf8'), jsonSchemaText());
});
