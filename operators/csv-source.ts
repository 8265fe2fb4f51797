import { type Static, Type } from '@sinclair/typebox';
import { Batch, Provenance } from '../engine/batch.ts';
import { BytesColumn } from '../engine/column.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { OperatorContext, Outputs, SourceInstance, SourcePosition } from '../engine/operator.ts';
import { isUtf8Name } from './csv/code-page.ts';
import { Dialect, dialectBytes, fillDialect } from './csv/dialect.ts';
import { FilePath, ResumeOptions } from './csv/file-options.ts';
import { readError } from './csv/open-file.ts';
import type { RecordBlock, Reject } from './csv/record-block.ts';
import { type Scanned, Scanner } from './csv/scanner.ts';
import { parseSourceState, type SourceState } from './csv/source-state.ts';
import { openText, type TextReader } from './csv/text-reader.ts';
import { dataPositions } from './dead-letter/added-columns.ts';

const Options = Type.Object(
  {
    path: FilePath,
    ...Dialect.properties,
    fields: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        description: 'Field names of a file without a header; with a header, what its names must be.',
      }),
    ),
    ...ResumeOptions,
  },
  { additionalProperties: false },
);

type Options = Static<typeof Options>;

/** Reads a CSV file: its cells as bytes, batch by batch, and every record that is faulty as a dead letter. */
export const csvSource = defineOperator({
  name: 'csv-source',
  summary: 'Reads a CSV file, finding encoding, compression and line breaks by itself.',
  description: `Records are what csv-parse takes for records. Offsets count bytes of the text after decompression and transcoding to UTF-8,
lines are lines of the file. Reading can go on from any position that was given, provided that the file's bytes up to there
are still the same (SHA-256).

A file that \`dead-letter\` has written is known by its column \`tillstream_reason\`. Its first record is the header, whatever \`header\` and
\`skipRows\` say; columns whose names begin with \`tillstream_\` are left out; and where all other cells of a row are blank, the record is
read from \`tillstream_raw\`. A byte order mark goes before \`encoding\` and \`compression\`.`,
  stability: 'stable',
  options: Options,
  reasons: {
    bad_quoting: 'A quote stands where none may, or is never closed.',
    too_many_fields: 'The record has more cells than the header.',
    too_few_fields: 'The record has fewer cells than the header.',
    invalid_encoding: 'The record holds bytes that are not UTF-8.',
    record_too_long: 'The record is longer than `maxRecordBytes`; reading goes on with the next line.',
    blank_row: 'All cells of the record are blank.',
    repeated_header: 'The record is the header once more.',
  },
  source: (options, context) => new CsvSource(options, context),
});

class CsvSource implements SourceInstance {
  readonly keepsNothing = true;
  readonly #options: Options;
  readonly #context: OperatorContext;
  readonly #path: string;
  #sequence = 0;
  #reader: TextReader | undefined;

  constructor(options: Options, context: OperatorContext) {
    this.#options = options;
    this.#context = context;
    this.#path = options.path ?? context.split.file;
  }

  async *read(out: Outputs): AsyncGenerator<Batch | SourcePosition, void, undefined> {
    let reader: TextReader | undefined;
    try {
      reader = await this.#open();
      this.#reader = reader;
      yield* this.#records(reader, out);
    } catch (error) {
      throw readError(this.#path, error);
    } finally {
      await reader?.close();
    }
  }

  bytes(): number {
    return this.#reader?.hash.bytes ?? 0;
  }

  #open(): Promise<TextReader> {
    const { fields, resume: given } = this.#options;
    const resume = given === undefined ? undefined : parseSourceState(given);
    this.#sequence = resume?.sequence ?? 0;
    const dialect = fillDialect(this.#options);
    const { signal } = this.#context;
    return openText({ path: this.#path, dialect, signal, ...(fields && { fields }), ...(resume && { resume }) });
  }

  async *#records(reader: TextReader, out: Outputs): AsyncGenerator<Batch | SourcePosition, void, undefined> {
    const { windows, layout, format, hash } = reader;
    const dialect = dialectBytes(fillDialect(this.#options));
    const scanner = new Scanner({ dialect, ...layout, checkUtf8: isUtf8Name(format.encoding) });
    let window: TextReader['window'] | null = { ...reader.window, from: reader.position };
    if (format.isPlain) hash.update(window.bytes.subarray(reader.window.from, reader.position));
    let checkpoint = windows.offsetOf(reader.position);
    while (window) {
      for (const scanned of scanner.scan(window)) yield* this.#batches(scanned, windows.offsetOf(0), layout.names, out);
      if (format.isPlain) hash.update(window.bytes.subarray(window.from, scanner.position));
      const offset = windows.offsetOf(scanner.position);
      if (!window.final && scanner.atRecord && offset - checkpoint >= this.#options.checkpointBytes) {
        checkpoint = offset;
        yield this.#position(reader, offset, scanner.line, false);
      }
      this.#context.signal.throwIfAborted();
      window = await windows.next(scanner.position);
    }
    await reader.finish();
    yield this.#position(reader, windows.offsetOf(scanner.position), scanner.line, true);
  }

  *#batches(scanned: Scanned, base: number, names: readonly string[], out: Outputs): Generator<Batch, void, undefined> {
    const { split } = this.#context;
    const sequence = this.#sequence++;
    const { block, bytes } = scanned;
    if (block.rejects.length > 0) this.#reject(scanned, sequence, base, out);
    if (block.rows === 0) return;
    const columns = new Map(dataPositions(names).map((i) => [names[i]!, columnOf(bytes, block, i)]));
    const provenance = provenanceOf(bytes, block, base);
    yield new Batch({ split, sequence, provenance, columns, length: block.rows });
  }

  #reject({ block, bytes }: Scanned, sequence: number, base: number, out: Outputs): void {
    const { rejects } = block;
    const provenance = rejectProvenance(bytes, rejects, base);
    const { split } = this.#context;
    const batch = new Batch({ split, sequence, provenance, columns: new Map(), length: rejects.length });
    for (const [row, { faults }] of rejects.entries()) {
      const [first, ...others] = faults;
      if (first) out.deadLetter(batch, row, [first, ...others]);
    }
    for (const reason of ['blank_row', 'repeated_header'] as const) {
      const rows = [...rejects.keys()].filter((row) => rejects[row]!.reason === reason);
      if (rows.length > 0) out.filtered(batch, Int32Array.from(rows), reason);
    }
  }

  #position({ format, layout, hash }: TextReader, offset: number, line: number, last: boolean): SourcePosition {
    const state: SourceState = {
      offset,
      line,
      sequence: this.#sequence,
      names: [...layout.names],
      header: layout.header && [...layout.header],
      compression: format.compression,
      encoding: format.encoding,
      newline: layout.newline,
      hashedBytes: hash.bytes,
      sha256: hash.digest(),
    };
    return { kind: 'position', bytes: format.isPlain && !last ? offset : hash.bytes, state, last };
  }
}

function columnOf(bytes: Buffer, { starts, ends, stride, rows }: RecordBlock, index: number): BytesColumn {
  return new BytesColumn(bytes, starts, ends, stride, index, rows);
}

function provenanceOf(bytes: Buffer, block: RecordBlock, base: number): Provenance {
  const { lines, recordStarts, recordEnds, rows } = block;
  const upTo = (values: Int32Array) => values.subarray(0, rows);
  return new Provenance(upTo(lines), base, bytes, upTo(recordStarts), upTo(recordEnds));
}

function rejectProvenance(bytes: Buffer, rejects: readonly Reject[], base: number): Provenance {
  const lines = Int32Array.from(rejects, ({ line }) => line);
  const starts = Int32Array.from(rejects, ({ start }) => start);
  const ends = Int32Array.from(rejects, ({ end }) => end);
  return new Provenance(lines, base, bytes, starts, ends);
}
