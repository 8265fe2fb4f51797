import { bytes as someBytes } from '../../engine/arrays.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { giveBack } from '../../engine/memory.ts';
import { isUtf8Name, transcoder } from './code-page.ts';
import type { Dialect } from './dialect.ts';
import { guessEncoding } from './encoding.ts';
import type { OpenFile } from './open-file.ts';

/** How a file's bytes become UTF-8 text. */
export interface FileFormat {
  readonly compression: 'none' | 'gzip';
  readonly encoding: string;
  /** Bytes of a byte order mark before the text, of a file that is read as it is. */
  readonly bomBytes: number;
  /** True where the file's own bytes are the UTF-8 text: then offsets are the file's. */
  readonly isPlain: boolean;
  /** Why the encoding was chosen. */
  readonly because: string;
}

const SAMPLE = 65_536;
const PLACES = 8;
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** A file is looked at to find its dataset, and soon after to be read. */
const MOST_KNOWN = 8;
/** Formats of the last files, by their state and what was asked for. */
const known = new Map<string, FileFormat>();

/** Looks at a few places of the file. Throws `binary_file`, `bad_gzip`, `unknown_encoding`. */
export async function readFormat(path: string, file: OpenFile, dialect: Dialect): Promise<FileFormat> {
  const key = `${file.state} ${dialect.encoding} ${dialect.compression}`;
  const format = known.get(key) ?? (await lookAt(path, file, dialect));
  known.set(key, format);
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return format;
}

async function lookAt(path: string, file: OpenFile, dialect: Dialect): Promise<FileFormat> {
  const samples = [await sampleAt(file, 0)];
  try {
    return await formatOf(path, file, dialect, samples);
  } finally {
    for (const sample of samples) giveBack(sample);
  }
}

/** `samples` is the beginning; those of other places are added to it. */
async function formatOf(path: string, file: OpenFile, dialect: Dialect, samples: Buffer[]): Promise<FileFormat> {
  const head = samples[0]!; // The caller has read it.
  const compression = compressionOf(head, dialect);
  const isZipped = compression === 'gzip';
  if (!isZipped) await addSamples(file, samples);
  return guessed(path, isZipped ? [gunzipHead(path, head)] : samples, compression, dialect);
}

function guessed(
  path: string,
  samples: readonly Buffer[],
  compression: FileFormat['compression'],
  dialect: Dialect,
): FileFormat {
  const guess = guessEncoding(samples);
  // A byte order mark is no guess: it goes before the dialect.
  const isGuessed = dialect.encoding === 'auto' || guess.bomBytes > 0;
  const encoding = isGuessed ? guess.encoding : dialect.encoding.toLowerCase();
  const because = isGuessed ? guess.because : 'asked for';
  refuseBinary(path, samples[0]!, encoding);
  if (!isUtf8Name(encoding)) transcoder(encoding);
  const isPlain = compression === 'none' && isUtf8Name(encoding);
  const bomBytes = guess.encoding === 'utf-8' ? guess.bomBytes : 0;
  return { compression, encoding, bomBytes, isPlain, because };
}

/** Text with a byte order mark is text, whatever the dialect says. */
function compressionOf(head: Buffer, { compression }: Dialect): FileFormat['compression'] {
  if (head.subarray(0, UTF8_MARK.length).equals(UTF8_MARK)) return 'none';
  if (compression !== 'auto') return compression;
  return head[0] === 0x1f && head[1] === 0x8b ? 'gzip' : 'none';
}

async function sampleAt({ handle }: OpenFile, position: number): Promise<Buffer> {
  const buffer = someBytes(SAMPLE);
  const { bytesRead } = await handle.read(buffer, 0, SAMPLE, position);
  return buffer.subarray(0, bytesRead);
}

async function addSamples(file: OpenFile, samples: Buffer[]): Promise<void> {
  const step = Math.max(SAMPLE, Math.floor(file.sizeBytes / PLACES));
  for (let position = step; position < file.sizeBytes; position += step) samples.push(await sampleAt(file, position));
}

function gunzipHead(path: string, head: Buffer): Buffer {
  try {
    // An import would have every run wait for it.
    const { constants, gunzipSync } = process.getBuiltinModule('node:zlib');
    // Not all of it: a few bytes may unpack to a thousand times as many.
    const packed = head.subarray(0, SAMPLE / 4);
    return gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, SAMPLE);
  } catch (error) {
    throw gzipError(path, error);
  }
}

/** `truncated_gzip` or `bad_gzip` for what zlib throws; others as they are. */
export function gzipError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  if (code === 'Z_BUF_ERROR') {
    return new TillstreamError('truncated_gzip', `"${path}" ends in the middle of its gzip data`, {
      cause: error,
      file: path,
    });
  }
  if (!code.startsWith('Z_')) return error;
  return new TillstreamError('bad_gzip', `"${path}" is not valid gzip data: ${(error as Error).message}`, {
    cause: error,
    file: path,
  });
}

const MAGIC: readonly (readonly [name: string, magic: string])[] = [
  ['a ZIP archive or an Excel workbook', 'PK\x03\x04'],
  ['an old Excel workbook', '\xd0\xcf\x11\xe0'],
  ['a PDF document', '%PDF-'],
  ['a SQLite database', 'SQLite format 3\x00'],
  ['a Parquet file', 'PAR1'],
  ['an image', '\x89PNG'],
  ['a bzip2 archive', 'BZh'],
  ['a Zstandard archive', '\x28\xb5\x2f\xfd'],
  ['an xz archive', '\xfd7zXZ'],
  ['gzip data', '\x1f\x8b'],
];

/** Throws `binary_file` for other formats' first bytes, or one control character in twenty. */
function refuseBinary(path: string, head: Buffer, encoding: string): void {
  if (encoding.startsWith('utf-16')) return;
  const start = head.toString('latin1', 0, 16);
  const [name] = MAGIC.find(([, magic]) => start.startsWith(magic)) ?? [];
  if (!name && controls(head) <= head.length / 20) return;
  const what = name ? `it is ${name}` : 'it is full of control characters';
  throw new TillstreamError('binary_file', `cannot read "${path}" as text: ${what}`, { file: path });
}

/** Control characters other than white space, and the end-of-file mark of DOS. */
function controls(head: Buffer): number {
  let found = 0;
  for (let i = 0; i < head.length; i++) {
    const byte = head[i]!;
    if (byte < 32 && !(byte >= 9 && byte <= 13) && byte !== 26) found++;
  }
  return found;
}
