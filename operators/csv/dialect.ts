import { type Static, Type } from '@sinclair/typebox';
import { TillstreamError } from '../../engine/errors.ts';

const text = { minLength: 1, maxLength: 1 } as const;

/** How a CSV file is written, in the words of the Frictionless CSV Dialect. All parts have a default. */
export const Dialect = Type.Object(
  {
    delimiter: Type.String({ ...text, default: ',', description: 'Character between cells: `,` `;` `|` or a tab.' }),
    quoteChar: Type.Union([Type.String(text), Type.Null()], {
      default: '"',
      description: 'Character around cells that hold delimiters or line breaks; null where cells are never quoted.',
    }),
    doubleQuote: Type.Boolean({
      default: true,
      description: 'Two quote characters inside a quoted cell stand for one.',
    }),
    escapeChar: Type.Optional(
      Type.String({
        ...text,
        description: 'Character before a quote inside a quoted cell; takes the place of `doubleQuote`.',
      }),
    ),
    relaxQuotes: Type.Boolean({
      default: false,
      description: 'Quotes amid a cell (`12" plate`) are text; else they are a fault of the record.',
    }),
    header: Type.Boolean({ default: true, description: 'The first record names the fields.' }),
    skipRows: Type.Integer({ minimum: 0, default: 0, description: 'Lines before the header to leave out.' }),
    commentChar: Type.Optional(
      Type.String({ ...text, description: 'Lines that begin with this character are left out.' }),
    ),
    skipInitialSpace: Type.Boolean({ default: false, description: 'Leave out white space after a delimiter.' }),
    encoding: Type.String({
      default: 'auto',
      description: '`auto`, `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`, `iso-8859-1`, `cp437`, `cp850`, …',
    }),
    compression: Type.Union([Type.Literal('auto'), Type.Literal('none'), Type.Literal('gzip')], {
      default: 'auto',
      description: '`auto` looks at the first two bytes.',
    }),
    maxRecordBytes: Type.Integer({
      minimum: 1,
      default: 1_048_576,
      maximum: 67_108_864,
      description: 'Records longer than this become dead letters, so that a quote left open costs no more than this.',
    }),
  },
  { additionalProperties: false },
);

export type Dialect = Static<typeof Dialect>;

const DEFAULTS: Dialect = {
  delimiter: ',',
  quoteChar: '"',
  doubleQuote: true,
  relaxQuotes: false,
  header: true,
  skipRows: 0,
  skipInitialSpace: false,
  encoding: 'auto',
  compression: 'auto',
  maxRecordBytes: 1_048_576,
};

/** The dialect with defaults filled in; what is undefined counts as not given. */
export function fillDialect(given: Partial<Dialect> = {}): Dialect {
  const known = Object.entries(given).filter(([name, value]) => name in Dialect.properties && value !== undefined);
  return { ...DEFAULTS, ...Object.fromEntries(known) };
}

/** The characters of a dialect as byte values, -1 where there is none: what the scanners compare with. */
export interface DialectBytes {
  readonly delimiter: number;
  readonly quote: number;
  readonly escapeByte: number;
  readonly comment: number;
  readonly relaxQuotes: boolean;
  readonly skipInitialSpace: boolean;
  readonly maxRecordBytes: number;
}

/** Throws `bad_dialect` where a character is not ASCII or stands for two things at once. */
export function dialectBytes(dialect: Dialect): DialectBytes {
  const quote = dialect.quoteChar ? byteOf('quoteChar', dialect.quoteChar) : -1;
  const doubled = dialect.doubleQuote ? quote : -1;
  const bytes = {
    delimiter: byteOf('delimiter', dialect.delimiter),
    quote,
    escapeByte: dialect.escapeChar ? byteOf('escapeChar', dialect.escapeChar) : doubled,
    comment: dialect.commentChar ? byteOf('commentChar', dialect.commentChar) : -1,
    relaxQuotes: dialect.relaxQuotes,
    skipInitialSpace: dialect.skipInitialSpace,
    maxRecordBytes: dialect.maxRecordBytes,
  };
  const roles = [bytes.delimiter, bytes.quote, bytes.comment].filter((byte) => byte >= 0);
  if (new Set(roles).size === roles.length && bytes.escapeByte !== bytes.delimiter) return bytes;
  throw new TillstreamError(
    'bad_dialect',
    'delimiter, quoteChar, escapeChar and commentChar must be different characters',
  );
}

function byteOf(part: string, character: string): number {
  const code = character.length === 1 ? character.charCodeAt(0) : 0;
  if (code > 0 && code < 128 && code !== 10 && code !== 13) return code;
  const got = JSON.stringify(character);
  throw new TillstreamError(
    'bad_dialect',
    `dialect "${part}" must be one ASCII character other than a line break, got ${got}`,
  );
}
