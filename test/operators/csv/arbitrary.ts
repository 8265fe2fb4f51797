import fc from 'fast-check';
import { type Dialect, fillDialect } from '../../../operators/csv/dialect.ts';

/** Pieces that CSV trouble is made of. */
const PIECES = [
  '"',
  '"',
  '"',
  ',',
  ',',
  ',',
  '\n',
  '\n',
  '\r\n',
  '\r',
  'a',
  'bc',
  '1',
  ' ',
  '""',
  '","',
  '\n"',
  '"\n',
  '"\r\n',
  'é',
  '日本',
  '\u00a0',
  '\ufffd',
  '\0',
  ';',
  '\t',
  '#',
  '\\',
  '\\"',
  '"x"',
  '"y, z"',
  '"l1\nl2"',
  "'",
  '\ufeff',
] as const; // prettier-ignore

const hostile = fc
  .array(fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...PIECES) }, { weight: 1, arbitrary: fc.string() }), {
    maxLength: 60,
  })
  .map((pieces) => Buffer.from(pieces.join('')));

const raw = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));

/** Mostly well-formed, with a row here and there that is not. */
const orderly = fc
  .array(
    fc.array(
      fc.constantFrom('a', '12', '', '"q"', '"a ""b"" c"', '"l1\nl2"', '"l1\r\nl2"', '"x,y"', 'é', '"un', 'p"q'),
      {
        minLength: 2,
        maxLength: 4,
      },
    ),
    { maxLength: 20 },
  )
  .chain((rows) =>
    fc.constantFrom('\n', '\r\n', '\r').map((end) => Buffer.from(rows.map((row) => row.join(',') + end).join(''))),
  );

const broken = fc
  .tuple(hostile, fc.array(fc.tuple(fc.nat(), fc.constantFrom(0xff, 0xc3, 0x80, 0xe9)), { maxLength: 3 }))
  .map(([bytes, flips]) => {
    for (const [at, value] of flips) if (bytes.length > 0) bytes[at % bytes.length] = value;
    return bytes;
  });

export const csvBytes: fc.Arbitrary<Buffer> = fc.oneof(hostile, orderly, broken, raw);

/** Dialects of all kinds; half of the time the plain one. */
export const dialects: fc.Arbitrary<Dialect> = fc.oneof(
  fc.constant(fillDialect()),
  fc
    .record(
      {
        delimiter: fc.constantFrom(',', ';', '\t'),
        quoteChar: fc.constantFrom('"', "'", null),
        doubleQuote: fc.boolean(),
        escapeChar: fc.constantFrom('\\', '"'),
        commentChar: fc.constant('#'),
        skipInitialSpace: fc.boolean(),
        relaxQuotes: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .map((parts) => fillDialect(parts)),
);
