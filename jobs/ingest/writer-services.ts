import { lookupQueries } from '../../db/lookup-queries.ts';
import { openWarehouse } from '../../db/warehouse-writer.ts';
import type { Services } from '../../engine/services.ts';
import type { Folders } from '../../operators/csv-output/folders.ts';
import type { Warehouse } from '../../operators/warehouse.ts';

/** What the writer's thread is told when it starts. */
export interface WriterOptions {
  /** Path of the database. */
  readonly database: string;
  readonly folders: Folders;
}

/** Services of the writer's thread, which alone holds the warehouse open for writing. */
export function createServices(options: unknown): Services {
  const { database, folders } = options as WriterOptions;
  return { warehouse: openWarehouse(database), folders, sql: lookupQueries };
}

export function closeServices({ warehouse }: Services): void {
  (warehouse as Warehouse).close();
}
