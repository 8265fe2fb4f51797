import { type Static, Type } from '@sinclair/typebox';
import { Batch, Provenance } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import { TillstreamError } from '../engine/errors.ts';
import type { OperatorContext, Outputs, SourceInstance, SourcePosition } from '../engine/operator.ts';
import { CallOptions } from './async-map/call-options.ts';
import { Calls } from './async-map/calls.ts';
import { wait } from './async-map/wait.ts';
import { HttpClient } from './http/client.ts';
import { headersFrom } from './http/headers.ts';
import { jsonOf, listAt } from './http/parsed-answer.ts';
import { RequestOptions } from './http/request-options.ts';
import { httpUrl } from './http/url-template.ts';
import { type PageState, parsePageState } from './http-source/page-state.ts';
import { type Page, Pages, PagesOption } from './http-source/pages.ts';
import { FieldNames } from './jsonl/field-names.ts';
import { JSON_REASONS, type JsonFields, recordOf } from './jsonl/json-record.ts';
import { RecordOptions } from './jsonl/record-options.ts';
import { TokenBucket } from './throttle/token-bucket.ts';

const Options = Type.Object(
  {
    url: Type.String({ description: 'Address of the first page, with its query.' }),
    records: Type.String({
      default: '',
      description: 'Path to the list of records in a page: `data.items`. Empty if the page is the list.',
    }),
    pages: Type.Optional(
      Type.Object(PagesOption.properties, {
        ...PagesOption,
        description: 'How the next page is found; there is only one unless given.',
      }),
    ),
    requestsPerSecond: Type.Number({ exclusiveMinimum: 0, default: 10, description: 'Most pages a second.' }),
    ifNoneMatch: Type.Optional(
      Type.String({
        description:
          'ETag of the first page at an earlier reading: if the service says that nothing has changed since, there are no records.',
      }),
    ),
    ...RecordOptions,
    ...CallOptions,
    ...RequestOptions,
    resume: Type.Optional(Type.Unknown({ description: 'State of an earlier position: reading goes on there.' })),
  },
  { additionalProperties: false },
);

const NOT_MODIFIED = 304;

interface Received extends Page {
  readonly items: readonly unknown[];
  readonly etag: string | null;
  readonly sizeBytes: number;
}

class HttpSource implements SourceInstance {
  readonly #options: Static<typeof Options>;
  readonly #context: OperatorContext;
  readonly #calls: Calls;
  readonly #client: HttpClient;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #pages: Pages;
  readonly #bucket: TokenBucket;
  #state: PageState;

  constructor(options: Static<typeof Options>, context: OperatorContext) {
    const { url, pages, headers, maxResponseBytes, requestsPerSecond: perSecond, resume } = options;
    const { now } = context;
    this.#options = options;
    this.#context = context;
    this.#pages = new Pages(pages, httpUrl('url', url));
    this.#headers = { accept: 'application/json', ...headersFrom(headers) };
    this.#calls = new Calls(options, context);
    this.#client = new HttpClient({ maxResponseBytes, expected: [NOT_MODIFIED], now });
    this.#bucket = new TokenBucket({ perSecond, burst: 1 }, now);
    this.#state = resume === undefined ? this.#beginning() : parsePageState(resume);
  }

  async *read(out: Outputs): AsyncGenerator<Batch | SourcePosition, void, undefined> {
    const { fields, maxFields } = this.#options;
    const names = new FieldNames({ ...(fields && { fixed: fields }), seen: this.#state.names, limit: maxFields });
    while (this.#state.next !== null) {
      const page = await this.#request(new URL(this.#state.next));
      const next = this.#pages.next(page);
      const { batch, offset } = this.#records(page, names, out);
      if (batch) yield batch;
      const { pages, records, bytes, etag } = this.#state;
      this.#state = {
        next: next?.href ?? null,
        pages: pages + 1,
        records: records + page.length,
        offset,
        bytes: bytes + page.sizeBytes,
        names: [...names.names],
        etag: pages === 0 ? page.etag : etag,
      };
      yield this.#position();
    }
    // An earlier reading had come to the end.
    if (this.#options.resume !== undefined && parsePageState(this.#options.resume).next === null)
      yield this.#position();
  }

  bytes(): number {
    return this.#state.bytes;
  }

  close(): void {
    this.#calls.close();
    this.#client.close();
  }

  #beginning(): PageState {
    return { next: this.#pages.first.href, pages: 0, records: 0, offset: 0, bytes: 0, names: [], etag: null };
  }

  #position(): SourcePosition {
    const { bytes, next } = this.#state;
    return { kind: 'position', bytes, state: this.#state, last: next === null };
  }

  async #request(url: URL): Promise<Received> {
    const delay = this.#bucket.waitFor(1);
    await wait(delay, this.#context.signal);
    this.#bucket.waited(delay);
    this.#bucket.take(1);
    const { ifNoneMatch, records } = this.#options;
    const isFirst = this.#state.pages === 0;
    const headers = { ...this.#headers, ...(isFirst && ifNoneMatch !== undefined && { 'if-none-match': ifNoneMatch }) };
    const called = await this.#calls.run(async ({ signal }): Promise<Received> => {
      const answer = await this.#client.send({ method: 'GET', url, headers }, signal);
      const isUnchanged = answer.status === NOT_MODIFIED;
      const json = isUnchanged ? null : jsonOf(answer);
      const items = isUnchanged ? [] : listAt(json, records);
      const etag = answer.headers.etag ?? (isUnchanged ? (ifNoneMatch ?? null) : null);
      const sizeBytes = Buffer.byteLength(answer.body);
      return { url, headers: isUnchanged ? {} : answer.headers, json, items, length: items.length, etag, sizeBytes };
    });
    if ('value' in called) return called.value;
    const { code, message } = called.fault;
    const where = `page ${this.#state.pages + 1} of ${url.origin}${url.pathname}`;
    throw new TillstreamError('source_failed', `${where} could not be read (${code}): ${message}`);
  }

  /** The page's records, and where the text of all records ends with it. */
  #records({ items }: Received, names: FieldNames, out: Outputs): { batch: Batch | null; offset: number } {
    const { split } = this.#context;
    const { records: before, offset, pages: sequence } = this.#state;
    const texts = items.map((item) => Buffer.from(`${JSON.stringify(item)}\n`));
    const provenance = provenanceOf(texts, before, offset);
    const all = new Batch({ split, sequence, provenance, columns: new Map(), length: items.length });
    const kept: JsonFields[] = [];
    const rows: number[] = [];
    for (const [row, item] of items.entries()) {
      const read = recordOf(item, this.#options.nested);
      const fault = 'fault' in read ? read.fault : names.add(read.fields);
      if (fault) out.deadLetter(all, row, [fault]);
      else if ('fields' in read) {
        kept.push(read.fields);
        rows.push(row);
      }
    }
    const end = offset + texts.reduce((sum, { length }) => sum + length, 0);
    if (rows.length === 0) return { batch: null, offset: end };
    return { batch: all.select(Int32Array.from(rows)).with({ columns: names.columns(kept) }), offset: end };
  }
}

/** Records stand as if they were lines of one text. */
function provenanceOf(texts: readonly Buffer[], before: number, offset: number): Provenance {
  const starts = new Int32Array(texts.length);
  const ends = new Int32Array(texts.length);
  let at = 0;
  for (const [row, { length }] of texts.entries()) {
    starts[row] = at;
    at += length;
    ends[row] = at - 1;
  }
  const lines = Int32Array.from(texts, (_, row) => before + row + 1);
  return new Provenance(lines, offset, Buffer.concat(texts), starts, ends);
}

/** Reads the records of a JSON service, page by page. */
export const httpSource = defineOperator({
  name: 'http-source',
  summary: 'Reads records from a JSON service, page by page.',
  description: [
    '```json',
    JSON.stringify({
      operator: 'http-source',
      options: {
        url: 'https://shop.example/api/orders?limit=500',
        records: 'data',
        pages: { by: 'cursor', at: 'next_cursor', parameter: 'after' },
        headers: { authorization: { env: 'SHOP_TOKEN', prefix: 'Bearer ' } },
      },
    }),
    '```',
    '',
    'Records come as from `jsonl-source`, and stand on lines as if all pages were one such file. After each page there is a position to',
    'resume from. A page that can’t be read after all attempts stops the run (`source_failed`), which can be gone on with later. Only pages',
    'of the same service are read, over http or https; redirects are not followed. The state of a position holds the `etag` of the first page,',
    'to be given as `ifNoneMatch` another time.',
  ].join('\n'),
  stability: 'experimental',
  options: Options,
  reasons: {
    not_an_object: JSON_REASONS.not_an_object!,
    too_many_fields: 'With this record there would be more fields than `maxFields`.',
  },
  source: (options, context) => new HttpSource(options, context),
});
