import { createHash } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import { TillstreamError } from '../engine/errors.ts';
import type { Fault, OperatorContext, OperatorInstance, Outputs } from '../engine/operator.ts';
import { CallOptions } from './async-map/call-options.ts';
import { Calls } from './async-map/calls.ts';
import { HttpClient } from './http/client.ts';
import { headersFrom } from './http/headers.ts';
import { REQUEST_REASONS, RequestOptions } from './http/request-options.ts';
import { httpUrl } from './http/url-template.ts';
import { objectReader } from './values/cell-json.ts';
import { fieldColumn } from './values/field-column.ts';

const Options = Type.Object(
  {
    url: Type.String({ description: 'Address that records are sent to.' }),
    method: Type.Union(
      ['POST', 'PUT', 'PATCH'].map((name) => Type.Literal(name)),
      { description: 'How they are sent.', default: 'POST' },
    ),
    format: Type.Union([Type.Literal('json'), Type.Literal('ndjson')], {
      default: 'json',
      description: 'A list of objects, or an object a line.',
    }),
    envelope: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'With `json`: the list is sent as the field of that name of an object.',
      }),
    ),
    batchSize: Type.Integer({ minimum: 1, maximum: 100_000, default: 500, description: 'Records to a request.' }),
    fields: Type.Array(Type.String(), { default: [], description: 'Fields to send; all if empty.' }),
    json: Type.Array(Type.String(), {
      default: [],
      description: 'Fields that hold JSON and are sent as that, not as a text: `attributes`.',
    }),
    idempotencyHeader: Type.String({
      minLength: 1,
      default: 'idempotency-key',
      description: 'Header with a key that is the same whenever the same records are sent again.',
    }),
    onError: Type.Union([Type.Literal('fail'), Type.Literal('dead-letter')], {
      default: 'fail',
      description:
        'When a request fails in all attempts: the run stops and can be gone on with later, with nothing lost; or its records become dead letters and the rest is sent.',
    }),
    ...CallOptions,
    ...RequestOptions,
  },
  { additionalProperties: false },
);

type Options = Static<typeof Options>;

interface Snapshot {
  /** Records sent so far. */
  readonly sent: number;
  /** Those that wait for their request to be full, as JSON. */
  readonly waiting: readonly string[];
}

const NDJSON = 'application/x-ndjson';

class HttpSink implements OperatorInstance {
  readonly #options: Options;
  readonly #context: OperatorContext;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #calls: Calls;
  readonly #client: HttpClient;
  #sent = 0;
  #waiting: string[] = [];
  /** The same records, where they go on only when they are sent. */
  #held: Batch[] = [];

  constructor(options: Options, context: OperatorContext) {
    const { url, headers, format, maxResponseBytes } = options;
    this.#options = options;
    this.#context = context;
    this.#url = httpUrl('url', url);
    this.#headers = { 'content-type': format === 'json' ? 'application/json' : NDJSON, ...headersFrom(headers) };
    this.#calls = new Calls(options, context);
    this.#client = new HttpClient({ maxResponseBytes, now: context.now });
  }

  async process(batch: Batch, out: Outputs): Promise<void> {
    const { batchSize, onError } = this.#options;
    const write = this.#writer(batch);
    for (let from = 0; from < batch.length; ) {
      const to = Math.min(batch.length, from + batchSize - this.#waiting.length);
      for (let row = from; row < to; row++) this.#waiting.push(write(row));
      if (onError === 'dead-letter') this.#held.push(part(batch, from, to));
      if (this.#waiting.length === batchSize) await this.#deliver(out);
      from = to;
    }
    if (onError === 'fail') await out.emit(batch);
  }

  /** Records that may become dead letters must be decided about now; others wait, so that requests are cut alike after a crash. */
  async checkpoint(out: Outputs): Promise<void> {
    if (this.#options.onError === 'dead-letter') await this.#deliver(out);
  }

  flush(out: Outputs): Promise<void> {
    return this.#deliver(out);
  }

  snapshot(): Snapshot {
    return { sent: this.#sent, waiting: [...this.#waiting] };
  }

  restore(state: unknown): void {
    const { sent, waiting } = state as Snapshot;
    this.#sent = sent;
    this.#waiting = [...waiting];
  }

  close(): void {
    this.#calls.close();
    this.#client.close();
  }

  #writer(batch: Batch): (row: number) => string {
    const { fields, json } = this.#options;
    const columns = fields.length > 0 ? fields.map((name) => [name, fieldColumn(batch, name)] as const) : batch.columns;
    return objectReader(columns, json);
  }

  async #deliver(out: Outputs): Promise<void> {
    if (this.#waiting.length === 0) return;
    const fault = await this.#send(this.#waiting);
    this.#sent += this.#waiting.length;
    this.#waiting = [];
    for (const held of this.#held.splice(0)) {
      if (!fault) await out.emit(held);
      else for (let row = 0; row < held.length; row++) out.deadLetter(held, row, [fault]);
    }
  }

  /** Null if the service has taken them. */
  async #send(texts: readonly string[]): Promise<Fault | null> {
    const { method, onError } = this.#options;
    const body = this.#bodyOf(texts);
    const headers = { ...this.#headers, [this.#options.idempotencyHeader.toLowerCase()]: this.#keyOf(body) };
    const called = await this.#calls.run(({ signal }) =>
      this.#client.send({ method, url: this.#url, headers, body }, signal),
    );
    if ('value' in called) return null;
    if (onError === 'dead-letter') return called.fault;
    const { code, message } = called.fault;
    const what = `${texts.length} records could not be sent to ${this.#url.origin} (${code}): ${message}`;
    throw new TillstreamError(
      'delivery_failed',
      `${what}; run again when the service is back, and it goes on from here`,
    );
  }

  #bodyOf(texts: readonly string[]): string {
    const { format, envelope } = this.#options;
    if (format === 'ndjson') return texts.map((text) => `${text}\n`).join('');
    const list = `[${texts.join(',')}]`;
    return envelope === undefined ? list : `{${JSON.stringify(envelope)}:${list}}`;
  }

  /** The same for the same records at the same place, and for no others. */
  #keyOf(body: string): string {
    const { id, split } = this.#context;
    const place = JSON.stringify([id, split.fileId, split.file, split.part, this.#sent]);
    return createHash('sha256').update(place).update(body).digest('hex').slice(0, 32);
  }
}

function part(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === batch.length) return batch;
  return batch.select(Int32Array.from({ length: to - from }, (_, i) => from + i));
}

/** Sends records to an HTTP service on their way. */
export const httpSink = defineOperator({
  name: 'http-sink',
  summary: 'Sends the records that pass to an HTTP service, in batches.',
  description: [
    'Each request has a key of its own. After a crash, requests since the last checkpoint are sent again with the same keys and the same',
    'records: a service that heeds them takes each record once. (With `onError: "dead-letter"` a checkpoint sends what waits, so requests',
    'after a crash may be cut elsewhere if the file is read in other pieces.) Requests are sent one after the other, in the order of the',
    'records; amounts are numbers, exactly; dates are texts as in ISO 8601. Records pass on when they are sent or kept in the checkpoint.',
    'Only http and https; redirects are not followed.',
    '',
    '```json',
    JSON.stringify({
      operator: 'http-sink',
      options: {
        url: 'https://points.example/api/sales',
        fields: ['order_id', 'customer_id', 'revenue'],
        headers: { authorization: { env: 'POINTS_TOKEN', prefix: 'Bearer ' } },
      },
    }),
    '```',
  ].join('\n'),
  stability: 'experimental',
  options: Options,
  reasons: Object.fromEntries(Object.entries(REQUEST_REASONS).filter(([code]) => code !== 'missing_value')),
  create: (options, context) => new HttpSink(options, context),
});
