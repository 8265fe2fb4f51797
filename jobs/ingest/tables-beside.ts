import type { Plan } from '../../engine/plan.ts';
import type { ResumePoint } from '../../operators/warehouse.ts';
import type { Home } from '../home.ts';
import type { FileTables } from './file-tables.ts';

/** What is loaded, and where an earlier run has stopped. */
export interface LoadedFile {
  readonly fileId: number;
  readonly file: string;
  readonly resume: ResumePoint | null;
}

/**
 * The databases that a file's plan writes to beside the warehouse; null where there are none. Throws `tables_behind` where one of them
 * has less of an interrupted file than the warehouse, and `table_in_warehouse`.
 */
export async function tablesBeside(home: Home, plan: Plan, loaded: LoadedFile): Promise<FileTables | null> {
  const files = plan.filter(({ operator }) => operator === 'sqlite-sink').map(({ options }) => String(options.file));
  if (files.length === 0) return null;
  const { FileTables } = await import('./file-tables.ts');
  return new FileTables(home, files, loaded);
}
