import { createRequire } from 'node:module';
import type * as CsvParse from 'csv-parse/sync';

/** csv-parse's; in CommonJS it is one file, and every run would wait until the ten of the other form are loaded. */
export const { parse } = createRequire(import.meta.url)('csv-parse/sync') as typeof CsvParse;
