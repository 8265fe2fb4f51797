import { isAbsolute, resolve } from 'node:path';
import type { Batch } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import { ADDED_REASONS, type AddedValues } from './answers/added-fields.ts';
import { type Answer, AsyncBatches, type AsyncWork, settle } from './async-map/async-batches.ts';
import { homeOf } from './csv-output/folders.ts';
import { REQUEST_REASONS } from './http/request-options.ts';
import { badSource } from './lookup/errors.ts';
import { type AsyncFinder, type Finder, type Key, keyText } from './lookup/finder.ts';
import { HttpFinder } from './lookup/http-finder.ts';
import { Joining } from './lookup/joining.ts';
import { LookupOptions } from './lookup/options.ts';
import type { SqlLookups } from './lookup/sql.ts';
import { SqlFinder } from './lookup/sql-finder.ts';
import { readTable, tableOf } from './lookup/table.ts';

/** Looks up in what answers at once. */
class Lookup implements OperatorInstance {
  readonly #joining: Joining;
  readonly #open: () => Finder | Promise<Finder>;
  #finder: Finder | null = null;

  constructor(options: LookupOptions, open: () => Finder | Promise<Finder>) {
    this.#joining = new Joining(options);
    this.#open = open;
  }

  async process(batch: Batch, out: Outputs): Promise<void> {
    this.#finder ??= await this.#open();
    const finder = this.#finder;
    const joining = this.#joining;
    const keyOf = joining.keys(batch);
    const missing = joining.answer(batch, null);
    // Within a batch keys repeat, and what is found for one is read once.
    const known = new Map<string, Answer<AddedValues>>();
    const answerTo = (key: Key | null) => {
      if (key === null) return missing;
      const text = keyText(key);
      const answer = known.get(text) ?? joining.answer(batch, finder.find(key));
      known.set(text, answer);
      return answer;
    };
    const rows = Array.from({ length: batch.length }, (_, row) => row);
    const answers = rows.map((row) => answerTo(keyOf(row)));
    await settle(batch, rows, answers, out, (kept, values) => joining.assemble(kept, values));
  }

  close(): void {
    this.#finder?.close?.();
  }
}

/** Looks up in what takes its time. */
class LookupWork implements AsyncWork<AddedValues> {
  readonly #joining: Joining;
  readonly #finder: AsyncFinder;
  #keys: { readonly batch: Batch; readonly of: ReturnType<Joining['keys']> } | null = null;

  constructor(options: LookupOptions, finder: AsyncFinder) {
    this.#joining = new Joining(options);
    this.#finder = finder;
  }

  ask(batch: Batch, rows: readonly number[]): Promise<readonly Answer<AddedValues>[]> {
    return Promise.all(
      rows.map(async (row) => {
        const key = this.#keysOf(batch)(row);
        return this.#joining.answer(batch, key && (await this.#finder.find(key)));
      }),
    );
  }

  assemble(batch: Batch, values: readonly AddedValues[]): Batch {
    return this.#joining.assemble(batch, values);
  }

  close(): void {
    this.#finder.close();
  }

  #keysOf(batch: Batch): ReturnType<Joining['keys']> {
    if (this.#keys?.batch !== batch) this.#keys = { batch, of: this.#joining.keys(batch) };
    return this.#keys.of;
  }
}

function create(options: LookupOptions, context: OperatorContext): OperatorInstance {
  const { rows, csv, sql, http, cache, on, fields } = options;
  const given = Object.entries({ rows, csv, sql, http }).flatMap(([name, value]) => (value ? [name] : []));
  if (given.length !== 1) throw badSource(given);
  const names = Array.isArray(on) ? on : Object.values(on);
  const columns = Object.values(fields).map((field) => (typeof field === 'string' ? field : field.from));
  if (http) {
    const { concurrency, ordered } = http;
    const finder = new HttpFinder(http, { names, cache }, context);
    return new AsyncBatches(new LookupWork(options, finder), { concurrency, ordered, groupSize: 1 });
  }
  const { signal, now } = context;
  const pathOf = (path: string) => (isAbsolute(path) ? path : resolve(homeOf(context), path));
  if (csv)
    return new Lookup(options, () => readTable({ ...csv, path: pathOf(csv.path), keys: names, columns, signal }));
  if (rows) {
    const table = tableOf(rows, names);
    return new Lookup(options, () => table);
  }
  return new Lookup(options, () => {
    // One of the four is given.
    const query = context.service<SqlLookups>('sql').prepare(pathOf(sql!.database), sql!.query);
    return new SqlFinder(query, { parameters: names, columns, cache }, now);
  });
}

/** Joins records with what a table, a query or a service has for them. */
export const lookup = defineOperator({
  name: 'lookup',
  summary: 'Joins each record with a CSV, a SQL query, an HTTP service or rows in the plan.',
  description: [
    'Values are compared as texts, as people write them: numbers as `12.5`, dates as `2026-12-31`. A record with no value in a field of',
    '`on` finds nothing. Fields are replaced where the record has them; `enrich` is there to fill gaps from the catalogue.',
    '',
    'Memory is bounded: a CSV by `maxRows`, answers of queries and services by `cache`. A service is asked once for all records that want',
    'the same at the same time. `sql` reads SQLite, needs the service `sql` (every ingest has it) and takes nothing but one SELECT; keys are',
    'bound, never written into it.',
    '',
    '```json',
    JSON.stringify({
      operator: 'lookup',
      options: {
        on: { currency: 'code' },
        http: {
          url: 'https://rates.example/v1/{code}',
          headers: { authorization: { env: 'RATES_TOKEN', prefix: 'Bearer ' } },
        },
        fields: { rate: { from: 'rates.eur', type: 'number', decimals: 6 } },
      },
    }),
    '```',
  ].join('\n'),
  stability: 'experimental',
  options: LookupOptions,
  reasons: {
    ...REQUEST_REASONS,
    ...ADDED_REASONS,
    not_found: 'Nothing is found for the record, and the plan says that it is left out or rejected then.',
  },
  example: {
    options: {
      on: { store_id: 'store' },
      rows: [
        { store: 'S1', manager: 'Ada', opened: '2019-04-01' },
        { store: 'S2', manager: 'Ben', opened: '2021-10-15' },
      ],
      fields: { manager: 'manager', since: { from: 'opened', type: 'string' } },
      onMissing: 'filter',
    },
    input: [
      { store_id: 'S2', quantity: 1 },
      { store_id: 'S9', quantity: 1 },
    ],
    output: [{ store_id: 'S2', quantity: 1, manager: 'Ben', since: '2021-10-15' }],
  },
  create,
});
