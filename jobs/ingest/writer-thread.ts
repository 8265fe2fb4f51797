import { LogCopier } from '../../db/log-copier.ts';
import { Stage } from '../../engine/stage.ts';
import type { FileToLoad, Measurements, OpenedFile, RunEnd, RunStart } from '../../operators/warehouse.ts';
import { foldersOf, type Home } from '../home.ts';
import { takeThread, WRITER_MODULES } from './launched-thread.ts';
import type { WriterOptions } from './writer-services.ts';

/** The thread that writes to the warehouse, as seen from the one that reads files. */
export class WriterThread {
  readonly stage: Stage;
  readonly #database: string;
  #log: LogCopier | null = null;

  private constructor(stage: Stage, { database }: Home) {
    this.stage = stage;
    this.#database = database;
  }

  /** Opens the warehouse, creating or migrating it. Throws what that throws. */
  static async start(home: Home): Promise<WriterThread> {
    const servicesOptions: WriterOptions = { database: home.database, folders: foldersOf(home) };
    const setup = { ...WRITER_MODULES, operatorsHome: home.dir, servicesOptions };
    return new WriterThread(await Stage.start(setup, takeThread()), home);
  }

  /** `bytes` are those of the files to be loaded. */
  startRun(run: RunStart, bytes: number): Promise<number> {
    this.#log = LogCopier.for(this.#database, bytes);
    return this.#call('startRun', run);
  }

  finishRun(runId: number, end: RunEnd): Promise<void> {
    return this.#call('finishRun', runId, end);
  }

  /** Is told of each commit how many bytes of files it has made durable. */
  committed(bytes: number): void {
    this.#log?.committed(bytes);
  }

  openFile(file: FileToLoad): Promise<OpenedFile> {
    return this.#call('openFile', file);
  }

  failFile(fileId: number, error: { code: string; message: string }): Promise<void> {
    return this.#call('failFile', fileId, error);
  }

  saveMeasurements(measurements: Measurements): Promise<void> {
    return this.#call('saveMeasurements', measurements);
  }

  /** Whoever closes last copies the rest of the log and removes it: not the writer, whose thread takes longer to end. */
  async close(): Promise<void> {
    await this.stage.close();
    await this.#log?.close();
  }

  #call<T>(method: string, ...args: unknown[]): Promise<T> {
    return this.stage.call<T>('warehouse', method, ...args);
  }
}
