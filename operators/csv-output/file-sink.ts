import { type Static, Type } from '@sinclair/typebox';
import { type Batch, MAIN } from '../../engine/batch.ts';
import type { OperatorContext, OperatorInstance, Outputs } from '../../engine/operator.ts';
import { folderFor, pathIn, splitMark, stemOf } from './folders.ts';
import { type FileMark, ResumableFile } from './resumable-file.ts';

/** What sinks that write files have in common; `suffix` is that of the file's name. */
export const fileSinkOptions = (suffix: string) =>
  ({
    folder: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Folder to write to, relative to the home; `data/processed` unless given.',
      }),
    ),
    name: Type.String({
      minLength: 1,
      description:
        "Name of the file: `{file}` is the input's name without its ending, `{what}` is `enriched`, `aggregated` or the port, `{id}` the input's number in the warehouse.",
      default: `{file}.{what}.${suffix}`,
    }),
    port: Type.String({
      description: 'Which records: those of the plan’s main line, or what another port carries.',
      default: MAIN,
    }),
    columns: Type.Array(Type.String(), {
      description: 'Fields to write, in this order; all, as the first batch has them, if empty.',
      default: [],
    }),
  }) as const;

const Options = Type.Object(fileSinkOptions(''));
export type FileSinkOptions = Static<typeof Options>;

const WHAT: Readonly<Record<string, string>> = { [MAIN]: 'enriched', aggregate: 'aggregated' };

interface Snapshot {
  readonly file: FileMark;
  readonly columns: readonly string[];
}

/** Text of a batch's records with those columns. */
export type WriteBatch = (batch: Batch, columns: readonly string[], isFirst: boolean) => string;

/** Writes the records of one port to a file on their way. */
export class FileSink implements OperatorInstance {
  readonly keepsNothing = true;
  readonly ports: readonly string[];
  readonly #port: string;
  readonly #path: string;
  readonly #write: WriteBatch;
  #columns: readonly string[];
  #file: ResumableFile;

  constructor({ port, columns, name, folder }: FileSinkOptions, context: OperatorContext, write: WriteBatch) {
    this.#port = port;
    this.ports = port === MAIN ? [] : [port];
    this.#columns = columns;
    this.#write = write;
    const { split } = context;
    const fileName = name
      .replaceAll('{file}', stemOf(split.file) + (split.part === 0 ? '' : splitMark(split)))
      .replaceAll('{what}', WHAT[port] ?? port)
      .replaceAll('{id}', String(split.fileId));
    this.#path = pathIn(folderFor(context, 'processed', folder), fileName);
    this.#file = new ResumableFile(this.#path);
  }

  async process(batch: Batch, out: Outputs): Promise<void> {
    if (batch.port === this.#port) {
      if (this.#columns.length === 0) this.#columns = [...batch.columns.keys()];
      await this.#file.append(Buffer.from(this.#write(batch, this.#columns, this.#file.mark.length === 0)));
    }
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
}
