import { type Dialect, dialectBytes } from '../../operators/csv/dialect.ts';
import { Scanner } from '../../operators/csv/scanner.ts';
import { openText, type TextReader } from '../../operators/csv/text-reader.ts';
import { OWN_PREFIX } from '../../operators/dead-letter/rejected-rows.ts';
import type { FileFormat } from '../../operators/csv/file-format.ts';

/** What the beginning of a file shows. */
export interface Peek {
  /** Names of all its columns. */
  readonly columns: readonly string[];
  /** The names without those that `dead-letter` has added; of a file without header, its first record's cells. */
  readonly header: readonly string[];
  /** Its first records, at most {@link PEEK_RECORDS}; faulty ones are left out. */
  readonly records: readonly (readonly string[])[];
  readonly format: FileFormat;
}

const PEEK_BYTES = 65_536;
export const PEEK_RECORDS = 50;

/** Reads the beginning of a file in that dialect. Throws what the CSV source would: `file_not_found`, `binary_file` … */
export async function peek(path: string, dialect: Dialect, signal: AbortSignal): Promise<Peek> {
  const reader = await openText({ path, dialect, signal, windowBytes: PEEK_BYTES });
  try {
    const records = firstRecords(reader, dialect);
    const columns = reader.layout.names;
    const own = columns.flatMap((name, i) => (name.startsWith(OWN_PREFIX) ? [] : [i]));
    const ofOwn = (cells: readonly string[]) => own.map((i) => cells[i]!);
    const header = dialect.header ? columns : (records[0] ?? columns);
    return { columns, header: ofOwn(header), records: records.map(ofOwn), format: reader.format };
  } finally {
    await reader.close();
  }
}

function firstRecords({ layout, window, position, format }: TextReader, dialect: Dialect): string[][] {
  const checkUtf8 = format.isPlain || format.encoding === 'utf-8';
  const scanner = new Scanner({ dialect: dialectBytes(dialect), ...layout, checkUtf8 });
  for (const { bytes, block } of scanner.scan({ ...window, from: position })) {
    const rows = Math.min(block.rows, PEEK_RECORDS);
    return Array.from({ length: rows }, (_, row) =>
      layout.names.map((_, column) => {
        const at = row * block.stride + column;
        return bytes.toString('utf8', block.starts[at], block.ends[at]);
      }),
    );
  }
  return [];
}
