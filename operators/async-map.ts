import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import type { OperatorContext, OperatorInstance } from '../engine/operator.ts';
import { ADDED_REASONS, AddedFields, AddedFieldsOption, type AddedValues } from './answers/added-fields.ts';
import { type Answer, AsyncBatches, type AsyncWork } from './async-map/async-batches.ts';
import { CallOptions, ConcurrencyOptions, OnErrorOption } from './async-map/call-options.ts';
import { Calls } from './async-map/calls.ts';
import { HttpClient } from './http/client.ts';
import { valueAt } from './http/json-path.ts';
import { jsonOf, listAt } from './http/parsed-answer.ts';
import { RecordRequests } from './http/record-requests.ts';
import { REQUEST_REASONS, RequestOptions } from './http/request-options.ts';

const Options = Type.Object(
  {
    url: Type.String({
      description:
        'Address of the service; `{field}` stands for what the record has there, encoded: `https://HOST/rates/{currency}`.',
    }),
    method: Type.Union(
      ['GET', 'POST', 'PUT', 'PATCH'].map((name) => Type.Literal(name)),
      { description: 'How it is asked.', default: 'GET' },
    ),
    body: Type.Optional(
      Type.Unknown({
        description:
          'JSON to send for a record. A text `"{field}"` stands for the field’s value with its type; within a longer text for its text.',
      }),
    ),
    batchSize: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 1,
      description:
        'Records that are asked about at once. With more than one the body is a list, and so must the answer be, in the same order.',
    }),
    results: Type.String({
      default: '',
      description:
        'Path in the answer to the result, or to the list of results: `data.items`. Empty if it is the whole answer.',
    }),
    fields: Type.Unsafe<AddedFieldsOption>({
      ...AddedFieldsOption,
      description:
        'Field to the path of its value in the result (`price.amount`), or `{ from, type, decimals }`. Without a type it is as the field is held already, else text.',
    }),
    onError: OnErrorOption,
    ...ConcurrencyOptions,
    ...CallOptions,
    ...RequestOptions,
  },
  { additionalProperties: false },
);

/** Asks a service about records, and sets fields to what it answers. */
class HttpWork implements AsyncWork<AddedValues> {
  readonly #options: Static<typeof Options>;
  readonly #calls: Calls;
  readonly #client: HttpClient;
  readonly #requests: RecordRequests;
  readonly #fields: AddedFields;

  constructor(options: Static<typeof Options>, context: OperatorContext) {
    this.#options = options;
    this.#calls = new Calls(options, context);
    this.#client = new HttpClient({ maxResponseBytes: options.maxResponseBytes, now: context.now });
    this.#requests = new RecordRequests(options);
    this.#fields = new AddedFields(options.fields);
  }

  async ask(batch: Batch, rows: readonly number[]): Promise<readonly Answer<AddedValues>[]> {
    const answers = await this.#askAbout(batch, rows);
    const keeps = this.#options.onError === 'keep';
    return answers.map((answer) => ('fault' in answer && keeps ? { value: this.#fields.nothing } : answer));
  }

  async #askAbout(batch: Batch, rows: readonly number[]): Promise<readonly Answer<AddedValues>[]> {
    const request = this.#requests.requestFor(batch, rows);
    if ('fault' in request) return rows.map(() => request);
    const { results, batchSize } = this.#options;
    const called = await this.#calls.run(async ({ signal }) => {
      const json = jsonOf(await this.#client.send(request, signal));
      return batchSize === 1 ? [valueAt(json, results)] : listAt(json, results, rows.length);
    });
    if ('fault' in called) return rows.map(() => called);
    return called.value.map((result) => this.#fields.read(batch, (path) => valueAt(result, path)));
  }

  assemble(batch: Batch, values: readonly AddedValues[]): Batch {
    return this.#fields.assemble(batch, values);
  }

  close(): void {
    this.#calls.close();
    this.#client.close();
  }
}

function create(options: Static<typeof Options>, context: OperatorContext): OperatorInstance {
  const { concurrency, ordered, batchSize: groupSize } = options;
  return new AsyncBatches(new HttpWork(options, context), { concurrency, ordered, groupSize });
}

/** Asks an HTTP service about each record and puts its answer into fields. */
export const asyncMap = defineOperator({
  name: 'async-map',
  summary: 'Asks an HTTP service about each record, many at a time, and puts its answers into fields.',
  description: [
    'For example, with a service that answers `{"rate": 1.25}`:',
    '',
    '```json',
    JSON.stringify({
      operator: 'async-map',
      options: {
        url: 'https://rates.example/v1/{currency}?day={day}',
        headers: { authorization: { env: 'RATES_TOKEN', prefix: 'Bearer ' } },
        fields: { rate: { from: 'rate', type: 'number', decimals: 6 } },
      },
    }),
    '```',
    '',
    'A record whose call fails, after all attempts, is a dead letter with the reason; the others go on. Memory is bounded: no more is held',
    'than one batch, or as many records as are asked about at a time. A checkpoint waits for all answers, and what a crash has lost is',
    'asked again: the service must not mind. Where many records ask the same, `lookup` asks once. Only http and https; redirects are not',
    'followed. In TypeScript, a function of your own takes the place of the service.',
  ].join('\n'),
  stability: 'experimental',
  options: Options,
  reasons: { ...REQUEST_REASONS, ...ADDED_REASONS },
  create,
});
