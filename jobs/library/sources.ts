import { resolve } from 'node:path';
import { Type } from '@sinclair/typebox';
import type { FieldValues } from '../../engine/batch.ts';
import { batchOf } from '../../engine/conformance/material.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import type { Operator, SourcePosition } from '../../engine/operator.ts';
import type { Dialect } from '../../operators/csv/dialect.ts';
import { castFields, type FieldSpecs, type RecordOf } from './fields.ts';
import { type Source, source } from './parts.ts';

/** How a CSV file is written, where that is to be said; and how many bytes are read between two commits. */
export interface CsvSourceOptions extends Partial<Dialect> {
  readonly checkpointBytes?: number;
}

/**
 * Records of a CSV file with the fields named, each of its type. A column is found by the field's name, or by `column`, without regard
 * to case and punctuation; others are left out. A record with a cell that is not of its type becomes a dead letter.
 */
export function csvSource<const Specs extends FieldSpecs>(
  path: string,
  fields: Specs,
  options: CsvSourceOptions = {},
): Source<RecordOf<Specs>> {
  return source((draft) => {
    const full = resolve(path);
    draft.input ||= full;
    const from = draft.add('csv-source', { path: full, ...options });
    return draft.add('cast', { fields: castFields(fields) }, [from]);
  });
}

const BATCH_RECORDS = 1_000;

/** Records that are in memory or come from elsewhere. Every run takes all of them, as nobody can say whether they are the same again. */
export function recordsSource<Out extends object>(records: Iterable<Out> | AsyncIterable<Out>): Source<Out> {
  return source((draft) => {
    draft.input ||= 'records';
    draft.isRepeatable = false;
    return draft.add(operatorOver(records as Iterable<FieldValues>));
  });
}

function operatorOver(records: Iterable<FieldValues> | AsyncIterable<FieldValues>): Operator {
  return defineOperator({
    name: 'records',
    summary: 'Records from the program.',
    options: Type.Object({}),
    source: (_, { split, signal }) => ({
      async *read() {
        let line = 1;
        let batch: FieldValues[] = [];
        for await (const record of records) {
          signal.throwIfAborted();
          if (batch.push(record) < BATCH_RECORDS) continue;
          yield batchOf(batch, split, line);
          line += batch.length;
          batch = [];
          yield position(line, false);
        }
        if (batch.length > 0) yield batchOf(batch, split, line);
        yield position(line + batch.length, true);
      },
    }),
  });
}

function position(line: number, last: boolean): SourcePosition {
  return { kind: 'position', bytes: line - 1, state: line, last };
}

/** Records of several sources, as they come. */
export function merge<Out>(...sources: readonly [Source<Out>, Source<Out>, ...Source<Out>[]]): Source<Out> {
  return source((draft) => {
    const ends = sources.map((each) => each.wire(draft));
    return draft.add('merge', {}, ends);
  });
}
