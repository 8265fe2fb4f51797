import { isUtf8 } from 'node:buffer';
import { type Static, Type } from '@sinclair/typebox';
import { Batch, Provenance } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { Fault, OperatorContext, Outputs, SourceInstance, SourcePosition } from '../engine/operator.ts';
import { FilePath, ResumeOptions } from './csv/file-options.ts';
import { readError } from './csv/open-file.ts';
import { FieldNames } from './jsonl/field-names.ts';
import { JSON_REASONS, type JsonFields, parseRecord } from './jsonl/json-record.ts';
import { type LineReader, openLines } from './jsonl/line-reader.ts';
import { type Line, LineScanner } from './jsonl/line-scanner.ts';
import { parseLineState } from './jsonl/line-state.ts';
import { RecordOptions } from './jsonl/record-options.ts';

const Options = Type.Object(
  {
    path: FilePath,
    ...RecordOptions,
    maxRecordBytes: Type.Integer({
      minimum: 1,
      default: 1_048_576,
      maximum: 67_108_864,
      description: 'Lines longer than this become dead letters.',
    }),
    encoding: Type.String({ default: 'auto', description: '`auto`, `utf-8`, `utf-16le`, `windows-1252`, …' }),
    compression: Type.Union([Type.Literal('auto'), Type.Literal('none'), Type.Literal('gzip')], {
      default: 'auto',
      description: '`auto` looks at the first two bytes.',
    }),
    ...ResumeOptions,
  },
  { additionalProperties: false },
);

type Options = Static<typeof Options>;

const BATCH_RECORDS = 4096;
const BROKEN_UTF8: Fault = { code: 'invalid_encoding', message: 'holds bytes that are not UTF-8' };

class JsonlSource implements SourceInstance {
  readonly #options: Options;
  readonly #context: OperatorContext;
  readonly #path: string;
  #sequence = 0;
  #reader: LineReader | undefined;

  constructor(options: Options, context: OperatorContext) {
    this.#options = options;
    this.#context = context;
    this.#path = options.path ?? context.split.file;
  }

  async *read(out: Outputs): AsyncGenerator<Batch | SourcePosition, void, undefined> {
    const { resume: given, fields, maxFields, encoding, compression } = this.#options;
    const resume = given === undefined ? undefined : parseLineState(given);
    this.#sequence = resume?.sequence ?? 0;
    const names = new FieldNames({
      ...(fields && { fixed: fields }),
      ...(resume && { seen: resume.names }),
      limit: maxFields,
    });
    let reader: LineReader | undefined;
    try {
      const { signal } = this.#context;
      reader = await openLines({ path: this.#path, encoding, compression, signal, ...(resume && { resume }) });
      this.#reader = reader;
      yield* this.#records(reader, names, out);
    } catch (error) {
      throw readError(this.#path, error);
    } finally {
      await reader?.close();
    }
  }

  bytes(): number {
    return this.#reader?.bytes ?? 0;
  }

  async *#records(
    reader: LineReader,
    names: FieldNames,
    out: Outputs,
  ): AsyncGenerator<Batch | SourcePosition, void, undefined> {
    const scanner = new LineScanner(this.#options.maxRecordBytes, reader.line);
    let checkpoint = reader.offset;
    for (let window = await reader.next(0); window; window = await reader.next(scanner.position)) {
      let lines: Line[] = [];
      const base = reader.offsetOf(0);
      for (const line of scanner.scan(window)) {
        lines.push(line);
        if (lines.length < BATCH_RECORDS) continue;
        yield* this.#batch(lines, window.bytes, base, names, out);
        lines = [];
      }
      yield* this.#batch(lines, window.bytes, base, names, out);
      reader.consumed(window.from, scanner.position);
      const offset = reader.offsetOf(scanner.position);
      if (!window.final && scanner.atLine && offset - checkpoint >= this.#options.checkpointBytes) {
        checkpoint = offset;
        yield this.#position(reader, scanner, names, false);
      }
      this.#context.signal.throwIfAborted();
    }
    await reader.finish();
    yield this.#position(reader, scanner, names, true);
  }

  *#batch(
    lines: readonly Line[],
    bytes: Buffer,
    base: number,
    names: FieldNames,
    out: Outputs,
  ): Generator<Batch, void, undefined> {
    const { split } = this.#context;
    const sequence = this.#sequence++;
    const provenance = provenanceOf(lines, bytes, base);
    const all = new Batch({ split, sequence, provenance, columns: new Map(), length: lines.length });
    const records: JsonFields[] = [];
    const rows: number[] = [];
    const blank: number[] = [];
    for (const [row, line] of lines.entries()) {
      const read = this.#read(bytes, line);
      const fault = read && ('fault' in read ? read.fault : names.add(read.fields));
      if (fault) out.deadLetter(all, row, [fault]);
      else if (!read) blank.push(row);
      else if ('fields' in read) {
        records.push(read.fields);
        rows.push(row);
      }
    }
    out.filtered(all, Int32Array.from(blank), 'blank_row');
    if (rows.length > 0) yield all.select(Int32Array.from(rows)).with({ columns: names.columns(records) });
  }

  /** Null for a blank line. */
  #read(bytes: Buffer, { start, end, isTooLong }: Line): ReturnType<typeof parseRecord> | null {
    const { maxRecordBytes, nested } = this.#options;
    if (isTooLong) {
      return { fault: { code: 'record_too_long', message: `record is longer than ${maxRecordBytes} bytes` } };
    }
    const line = bytes.subarray(start, end);
    if (!isUtf8(line)) return { fault: BROKEN_UTF8 };
    const text = line.toString('utf8');
    return text.trim() === '' ? null : parseRecord(text, nested);
  }

  #position(reader: LineReader, { line, position }: LineScanner, names: FieldNames, last: boolean): SourcePosition {
    const state = { ...reader.stateAt(position), line, sequence: this.#sequence, names: [...names.names] };
    return { kind: 'position', bytes: reader.bytes, state, last };
  }
}

function provenanceOf(lines: readonly Line[], bytes: Buffer, base: number): Provenance {
  const numbers = Int32Array.from(lines, ({ line }) => line);
  const starts = Int32Array.from(lines, ({ start }) => start);
  const ends = Int32Array.from(lines, ({ end }) => end);
  return new Provenance(numbers, base, bytes, starts, ends);
}

/** Reads JSON Lines: a record a line, its fields as texts. */
export const jsonlSource = defineOperator({
  name: 'jsonl-source',
  summary: 'Reads a file of JSON Lines (NDJSON): one object a line.',
  description: [
    'Fields come as texts, as from a CSV, for `validate` to type; numbers keep all their digits, true and false are `true` and `false`, null',
    'is a missing value. A record need not have all fields: one that was seen once is missing in the records that lack it. Encoding,',
    'byte order marks and gzip are found as by `csv-source`, and reading can go on from any position that was given, provided that the',
    'file’s bytes up to there are still the same (SHA-256).',
  ].join('\n'),
  stability: 'experimental',
  options: Options,
  reasons: {
    ...JSON_REASONS,
    too_many_fields: 'With this record there would be more fields than `maxFields`.',
    invalid_encoding: 'The line holds bytes that are not UTF-8.',
    record_too_long: 'The line is longer than `maxRecordBytes`; reading goes on with the next.',
    blank_row: 'The line is blank.',
  },
  source: (options, context) => new JsonlSource(options, context),
});
