import fc from 'fast-check';
import t from 'tap';
import { TillstreamError } from '../../../engine/errors.ts';
import { escapePointer, parsePlacedJson } from '../../../operators/dataset/json-places.ts';

function failureOf(text: string): TillstreamError {
  try {
    parsePlacedJson(text, 'config.json');
  } catch (error) {
    if (error instanceof TillstreamError) return error;
    throw error;
  }
  throw new Error(`no error for ${text}`);
}

t.test('reads whatever JSON.parse reads, alike', async (t) => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom(undefined, 1, 2, '\t'), (text, indent) => {
      const written = JSON.stringify(JSON.parse(text), null, indent);
      return JSON.stringify(parsePlacedJson(written, 'x').value) === JSON.stringify(JSON.parse(written));
    }),
  );
  t.pass();
});

t.test('refuses whatever JSON.parse refuses', async (t) => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    '1',
    '-',
    '.5',
    'true',
    'nul',
    ' ',
    '\n',
    '"',
    '\\',
    '01',
    '1e5',
    'é',
  ];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((chosen) => chosen.join(''));
  fc.assert(
    fc.property(text, (candidate) => {
      const native = outcome(() => JSON.parse(candidate));
      const ours = outcome(() => parsePlacedJson(candidate, 'x').value);
      // A key given twice is refused by us alone.
      if (ours === 'refused' && native !== 'refused') return /twice/.test(failureOf(candidate).message);
      return ours === native;
    }),
    { numRuns: 3000 },
  );
  t.pass();
});

function outcome(read: () => unknown): string {
  try {
    return JSON.stringify(read()) ?? 'undefined';
  } catch {
    return 'refused';
  }
}

t.test('knows the line of every value', async (t) => {
  const { lineOf } = parsePlacedJson('{\n  "a": {\n    "b/c": [1,\n      { "d~": 2 }]\n  }\n}', 'x');
  t.equal(lineOf(''), 1);
  t.equal(lineOf('/a'), 2);
  t.equal(lineOf(`/a/${escapePointer('b/c')}`), 3);
  t.equal(lineOf(`/a/${escapePointer('b/c')}/1/${escapePointer('d~')}`), 4);
  t.equal(lineOf('/nowhere'), undefined);
});

t.test('a byte order mark before the text is no part of it', async (t) => {
  t.strictSame(parsePlacedJson('\ufeff[1]', 'x').value, [1]);
});

t.test('says in a sentence what is wrong, with line and column', async (t) => {
  const cases: [string, RegExp][] = [
    ['', /line 1, column 1: the file is empty/],
    ['{\n  "a": 1,\n}', /line 2, column 9: a comma before "}" is not allowed/],
    ['{\n  "a": 1\n  "b": 2\n}', /line 3, column 3: expected "," or "}", got "\\""/],
    ["{ 'a': 1 }", /line 1, column 3: expected a key in double quotes, got a single quote/],
    ['{ a: 1 }', /column 3: expected a key in double quotes, got "a"/],
    ['{ "a" 1 }', /expected ":" after the key "a", got "1"/],
    ['{ "a": 1, "a": 2 }', /column 11: the key "a" is given twice/],
    ['{ // words\n}', /column 3: comments are not allowed/],
    ['[1, 2', /the file ends before the "\[" of line 1 is closed by "\]"/],
    ['["a\nb"]', /line 1, column 2: this text is not closed/],
    ['[True]', /expected a value, got "True"/],
    ['[01]', /expected a value, got "01"/],
    ['{} {}', /expected the end of the file, got "{"/],
  ];
  for (const [text, message] of cases) {
    const error = failureOf(text);
    t.match(error.message, message);
    t.equal(error.code, 'malformed_json');
    t.equal(error.file, 'config.json');
  }
});
