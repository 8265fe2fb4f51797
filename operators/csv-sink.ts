import { type Static, Type } from '@sinclair/typebox';
import { type Batch, MAIN } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import { CellReader, cellWriter, STANDARD } from './csv-output/csv-cell.ts';
import { folderFor, pathIn, splitMark, stemOf } from './csv-output/folders.ts';
import { type FileMark, ResumableFile } from './csv-output/resumable-file.ts';

const Options = Type.Object({
  folder: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'Folder to write to, relative to the home; `data/processed` unless given.',
    }),
  ),
  name: Type.String({
    minLength: 1,
    description:
      "Name of the file: `{file}` is the input's name without .csv, `{what}` is `enriched`, `aggregated` or the port, `{id}` the input's number in the warehouse.",
    default: '{file}.{what}.csv',
  }),
  port: Type.String({
    description: 'Which records: those of the plan’s main line, or what another port carries.',
    default: MAIN,
  }),
  columns: Type.Array(Type.String(), {
    description: 'Fields to write, in this order; all, as the first batch has them, if empty.',
    default: [],
  }),
});

const WHAT: Readonly<Record<string, string>> = { [MAIN]: 'enriched', aggregate: 'aggregated' };
const headerCell = cellWriter(STANDARD);

interface Snapshot {
  readonly file: FileMark;
  readonly columns: readonly string[];
}

class CsvSink implements OperatorInstance {
  readonly ports: readonly string[];
  readonly #port: string;
  readonly #path: string;
  readonly #cells = new CellReader();
  #columns: readonly string[];
  #file: ResumableFile;

  constructor(options: Static<typeof Options>, context: OperatorContext) {
    this.#port = options.port;
    this.ports = options.port === MAIN ? [] : [options.port];
    this.#columns = options.columns;
    const { split } = context;
    const name = options.name
      .replaceAll('{file}', stemOf(split.file) + (split.part === 0 ? '' : splitMark(split)))
      .replaceAll('{what}', WHAT[options.port] ?? options.port)
      .replaceAll('{id}', String(split.fileId));
    this.#path = pathIn(folderFor(context, 'processed', options.folder), name);
    this.#file = new ResumableFile(this.#path);
  }

  async process(batch: Batch, out: Outputs): Promise<void> {
    if (batch.port === this.#port) await this.#file.append(Buffer.from(this.#text(batch)));
    await out.emit(batch);
  }

  checkpoint(): Promise<void> {
    return this.#file.sync();
  }

  snapshot(): Snapshot {
    return { file: this.#file.mark, columns: this.#columns };
  }

  restore(state: unknown): void {
    const { file, columns } = state as Snapshot;
    this.#columns = columns;
    this.#file = new ResumableFile(this.#path, file);
  }

  flush(): Promise<void> {
    return this.#file.finish();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #text(batch: Batch): string {
    if (this.#columns.length === 0) this.#columns = [...batch.columns.keys()];
    const cells = this.#columns.map((name) => {
      const column = batch.columns.get(name);
      return column ? this.#cells.of(column) : () => '';
    });
    let text = this.#file.mark.length === 0 ? `${this.#columns.map(headerCell).join(',')}\n` : '';
    for (let row = 0; row < batch.length; row++) {
      text += cells[0]!(row);
      for (let c = 1; c < cells.length; c++) text += `,${cells[c]!(row)}`;
      text += '\n';
    }
    return text;
  }
}

/** Writes records as CSV on their way: the enriched records, or what another port carries. */
export const csvSink = defineOperator({
  name: 'csv-sink',
  summary: 'Writes the records that pass to a CSV file in data/processed.',
  description: [
    'Amounts are written exactly, dates as in ISO 8601, missing values as empty cells. The file grows under a temporary name',
    '(`.NAME.part`) and gets its own, in place of an earlier one, when the input has been read to its end. After a crash it goes on from',
    'the last checkpoint, and no record stands in it twice. Records pass on untouched, so it can stand anywhere in a plan.',
    '',
    'What `aggregate` emits are increments, one set a checkpoint (16 MiB of input by default): in the file of a larger input a group can',
    'stand several times, and its sums are to be added. Needs the service `folders`.',
  ].join('\n'),
  stability: 'stable',
  options: Options,
  create: (options, context) => new CsvSink(options, context),
});
