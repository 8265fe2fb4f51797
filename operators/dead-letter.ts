import { type Static, Type } from '@sinclair/typebox';
import { type Batch, DEAD_LETTER } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { Fault, OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import { Dialect } from './csv/dialect.ts';
import { folderFor } from './csv-output/folders.ts';
import { type FileMark, ResumableFile } from './csv-output/resumable-file.ts';
import { rejectedPathIn } from './dead-letter/rejected-path.ts';
import { RejectedRows } from './dead-letter/rejected-rows.ts';

const { delimiter, quoteChar, doubleQuote, escapeChar, relaxQuotes, skipInitialSpace } = Dialect.properties;

const Options = Type.Object({
  enabled: Type.Boolean({ description: 'Write the file; false only passes the dead letters on.', default: true }),
  folder: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'Folder to write to, relative to the home; `data/rejected` unless given.',
    }),
  ),
  columns: Type.Array(Type.String(), { description: "The file's own columns, as its header has them.", default: [] }),
  delimiter,
  quoteChar,
  doubleQuote,
  escapeChar,
  relaxQuotes,
  skipInitialSpace,
});

class DeadLetter implements OperatorInstance {
  readonly keepsNothing = true;
  readonly ports = [DEAD_LETTER];
  readonly #rows: RejectedRows;
  readonly #path: string | null;
  /** The file whose rows they are. */
  readonly #source: string;
  #file: ResumableFile | null;

  constructor(options: Static<typeof Options>, context: OperatorContext) {
    this.#rows = new RejectedRows(options.columns, options);
    this.#source = context.split.file;
    this.#path = options.enabled ? rejectedPath(options, context) : null;
    this.#file = this.#path === null ? null : new ResumableFile(this.#path);
  }

  async process(batch: Batch, out: Outputs): Promise<void> {
    if (this.#takes(batch) && this.#file) await this.#file.append(this.#lines(batch, this.#file));
    await out.emit(batch);
  }

  /** A record of another source of the plan has other columns, and would be dropped again for nothing. */
  #takes({ port, split }: Batch): boolean {
    return port === DEAD_LETTER && split.file === this.#source;
  }

  async checkpoint(): Promise<void> {
    await this.#file?.sync();
  }

  snapshot(): FileMark | undefined {
    return this.#file?.mark;
  }

  restore(state: unknown): void {
    if (this.#path !== null) this.#file = new ResumableFile(this.#path, state as FileMark);
  }

  async flush(): Promise<void> {
    await this.#file?.finish();
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  #lines(batch: Batch, file: ResumableFile): Buffer {
    const lines = this.#rows.lines(Array.from({ length: batch.length }, (_, row) => rejectedRecord(batch, row)));
    return Buffer.concat(file.mark.length === 0 ? [this.#rows.header(), ...lines] : lines);
  }
}

function rejectedPath({ folder }: Static<typeof Options>, context: OperatorContext): string {
  return rejectedPathIn(folderFor(context, 'rejected', folder), context.split);
}

function rejectedRecord(batch: Batch, row: number) {
  const { provenance } = batch;
  const text = (field: string) => String(batch.column(field).get(row) ?? '');
  const faults = JSON.parse(text('faults')) as Fault[];
  return {
    // Its bytes say more than its text does where they are no UTF-8.
    raw: provenance.bytes.length > 0 ? provenance.rawBytes(row) : Buffer.from(text('raw')),
    reason: text('reason'),
    message: faults.map(({ message }) => message).join('; '),
    line: provenance.lines[row]!,
  };
}

/** Keeps dead letters as a CSV that can be mended in a spreadsheet and dropped again, and passes them on. */
export const deadLetter = defineOperator({
  name: 'dead-letter',
  summary: 'Writes rejected rows to a CSV in data/rejected, to be mended and dropped again.',
  description: [
    "The CSV has the file's own columns and dialect, in UTF-8 with a byte order mark, and four columns more: `tillstream_reason`,",
    '`tillstream_message` (all that is wrong), `tillstream_line` (the line in the file that was read) and `tillstream_raw`. Mend the rows, drop',
    'the file into the inbox under whatever name the dataset takes, and only these rows are loaded: columns whose names begin with',
    '`tillstream_` are no part of the data. A file without a header gets one, and a column that was found renamed its name in the dataset.',
    'What a `replace` dataset holds is then added to, not replaced.',
    '',
    'A row that can be read as these columns keeps its text exactly, including cells that a spreadsheet takes for formulas: it is your own',
    "data on its way back. A row that can't (broken quotes, too many or too few cells, bytes that are no text) leaves them blank and stands",
    'whole in `tillstream_raw`. Mend it there, or fill in the cells: they then go before `tillstream_raw`. Bytes that are no UTF-8 are written',
    '`\\xE9` there, and the backslash before an x `\\x5C`. A row dropped again as it is, is rejected again for the same reason.',
    '',
    'The file is named after the input and its number, `sales.rejected-17.csv`; patterns for file names are compared as if `.rejected-17` were',
    'not there. It grows under a temporary name and appears when the input has been read to its end; after a crash it goes on from the last',
    'checkpoint, so no row stands in it twice. Of a plan with several sources it takes the rows of the first. Needs the service `folders`.',
  ].join('\n'),
  stability: 'stable',
  options: Options,
  create: (options, context) => new DeadLetter(options, context),
});
