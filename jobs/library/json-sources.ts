import { resolve } from 'node:path';
import type { PagesOption } from '../../operators/http-source/pages.ts';
import type { RequestOptions } from './calls.ts';
import type { Draft } from './draft.ts';
import { castFields, type FieldSpec, type FieldSpecs, type RecordOf } from './fields.ts';
import { type Source, source } from './parts.ts';

/** How objects become records. */
interface JsonOptions {
  /** Objects within a record become fields such as `customer.name` (`flatten`, unless given) or one field with their JSON. */
  readonly nested?: 'flatten' | 'json';
}

/** How a file of JSON Lines is written, where that is to be said; and how many bytes are read between two commits. */
export interface JsonlSourceOptions extends JsonOptions {
  readonly maxRecordBytes?: number;
  readonly encoding?: string;
  readonly compression?: 'auto' | 'none' | 'gzip';
  readonly checkpointBytes?: number;
}

/**
 * Records of a file of JSON Lines with the fields named, each of its type. What stands under another name is found by `column`, within
 * an object as `customer.name`. A record with a value that is not of its type becomes a dead letter.
 */
export function jsonlSource<const Specs extends FieldSpecs>(
  path: string,
  fields: Specs,
  options: JsonlSourceOptions = {},
): Source<RecordOf<Specs>> {
  return source((draft) => {
    const full = resolve(path);
    draft.input ||= full;
    return wire(draft, 'jsonl-source', { path: full, ...options }, fields);
  });
}

/** How a service gives its records. */
export interface HttpSourceOptions extends JsonOptions, RequestOptions {
  /** Path to the list of records in a page, such as `data.items`; the page is the list unless given. */
  readonly records?: string;
  /** How the next page is found; there is one only unless given. */
  readonly pages?: Pick<PagesOption, 'by'> & Partial<PagesOption>;
  readonly requestsPerSecond?: number;
}

/** Records of a JSON service, page by page, with fields as those of `jsonlSource`. A run after one that came to its end reads all pages again. */
export function httpSource<const Specs extends FieldSpecs>(
  url: string,
  fields: Specs,
  options: HttpSourceOptions = {},
): Source<RecordOf<Specs>> {
  return source((draft) => {
    draft.input ||= url;
    return wire(draft, 'http-source', { url, ...options }, fields);
  });
}

/** The fields are named to the source, too: those that no record has are missing then, not unknown. */
function wire(draft: Draft, operator: string, options: object, fields: FieldSpecs): string {
  const names = Object.entries(fields).map(([name, spec]) => columnOf(spec) ?? name);
  const from = draft.add(operator, { ...options, fields: [...new Set(names)] });
  return draft.add('cast', { fields: castFields(fields) }, [from]);
}

function columnOf(spec: FieldSpec): string | undefined {
  return typeof spec === 'string' ? undefined : spec.column;
}
