import type { Operator } from '../engine/operator.ts';
import type { Registry } from '../engine/plan.ts';
import { aggregate } from './aggregate.ts';
import { batchInsert } from './batch-insert.ts';
import { csvSink } from './csv-sink.ts';
import { csvSource } from './csv-source.ts';
import { deadLetter } from './dead-letter.ts';
import { deduplicate } from './deduplicate.ts';
import { enrich } from './enrich.ts';
import { filter } from './filter.ts';
import { map } from './map.ts';
import { tap } from './tap.ts';
import { validate } from './validate.ts';

/** The operators that come with Tillstream; a test compares this list with the folder. */
const BUILT_IN: readonly Operator[] = [
  aggregate,
  batchInsert,
  csvSink,
  csvSource,
  deadLetter,
  deduplicate,
  enrich,
  filter,
  map,
  tap,
  validate,
];

/** All operators there are, by name. */
export async function loadRegistry(): Promise<Registry> {
  return new Map(BUILT_IN.map((operator) => [operator.name, operator]));
}
