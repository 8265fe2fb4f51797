import { Stage } from '../../engine/stage.ts';
import type { FileToLoad, Measurements, OpenedFile, RunEnd, RunStart } from '../../operators/warehouse.ts';
import { foldersOf, type Home } from '../home.ts';
import { takeThread, WRITER_MODULES } from './launched-thread.ts';
import type { WriterOptions } from './writer-services.ts';

/** The thread that writes to the warehouse, as seen from the one that reads files. */
export class WriterThread {
  readonly stage: Stage;

  private constructor(stage: Stage) {
    this.stage = stage;
  }

  /** Opens the warehouse, creating or migrating it. Throws what that throws. */
  static async start(home: Home): Promise<WriterThread> {
    const servicesOptions: WriterOptions = { database: home.database, folders: foldersOf(home) };
    const setup = { ...WRITER_MODULES, operatorsHome: home.dir, servicesOptions };
    return new WriterThread(await Stage.start(setup, takeThread()));
  }

  startRun(run: RunStart): Promise<number> {
    return this.#call('startRun', run);
  }

  finishRun(runId: number, end: RunEnd): Promise<void> {
    return this.#call('finishRun', runId, end);
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

  close(): Promise<void> {
    return this.stage.close();
  }

  #call<T>(method: string, ...args: unknown[]): Promise<T> {
    return this.stage.call<T>('warehouse', method, ...args);
  }
}
