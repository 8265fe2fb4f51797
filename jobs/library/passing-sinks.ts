import { basename, dirname, resolve } from 'node:path';
import type { RequestOptions } from './calls.ts';
import { type Sink, sink } from './parts.ts';
import { type RejectedRecord, recordsSink } from './sinks.ts';

type Names<In> = readonly (keyof In & string)[];

/** What all sinks that are no database are told. */
export interface PassingSinkOptions {
  /** Told of each rejected record; they are counted in the result in any case. */
  readonly onRejected?: (rejected: RejectedRecord) => void;
}

export interface FileSinkOptions<In> extends PassingSinkOptions {
  /** Fields to write, in this order; all unless given. */
  readonly columns?: Names<In>;
}

/** Writes records to a CSV file, which takes the place of an earlier one when all is written. */
export function csvSink<In extends object>(path: string, options: FileSinkOptions<In> = {}): Sink<In> {
  return fileSink('csv-sink', path, options);
}

export interface JsonlSinkOptions<In> extends FileSinkOptions<In> {
  /** Fields that hold JSON and are written as that, not as a text. */
  readonly json?: Names<In>;
}

/** Writes records to a file of JSON Lines, which takes the place of an earlier one when all is written. */
export function jsonlSink<In extends object>(path: string, options: JsonlSinkOptions<In> = {}): Sink<In> {
  return fileSink('jsonl-sink', path, options);
}

/** How records are sent. */
export interface HttpSinkOptions<In> extends PassingSinkOptions, RequestOptions {
  readonly method?: 'POST' | 'PUT' | 'PATCH';
  /** A list of objects (`json`, unless given), or an object a line. */
  readonly format?: 'json' | 'ndjson';
  readonly envelope?: string;
  /** Records to a request; 500 unless given. */
  readonly batchSize?: number;
  /** Fields to send; all unless given. */
  readonly fields?: Names<In>;
  /** Fields that hold JSON and are sent as that, not as a text. */
  readonly json?: Names<In>;
  readonly idempotencyHeader?: string;
  /** When a request fails in all attempts: the run stops (`fail`, unless given), or its records are rejected. */
  readonly onError?: 'fail' | 'dead-letter';
}

/** Sends records to a service, in batches; what is sent again after a crash has the same key. */
export function httpSink<In extends object>(url: string, options: HttpSinkOptions<In> = {}): Sink<In> {
  return passing('http-sink', { url }, options);
}

function fileSink<In extends object>(operator: string, path: string, options: FileSinkOptions<In>): Sink<In> {
  const full = resolve(path);
  return passing(operator, { folder: dirname(full), name: basename(full) }, options);
}

/** An operator that lets records pass, and the end behind it that counts them. */
function passing<In extends object>(operator: string, where: object, options: PassingSinkOptions): Sink<In> {
  const { onRejected, ...others } = options;
  const end = recordsSink<In>(() => {}, onRejected);
  return sink((draft, from) => end.wire(draft, draft.add(operator, { ...where, ...others }, [from])));
}
