import type { Batch } from '../../engine/batch.ts';
import { TillstreamError } from '../../engine/errors.ts';
import type { Fault } from '../../engine/operator.ts';
import { CallError } from '../async-map/call-error.ts';
import { BodyTemplate } from './body-template.ts';
import type { HttpRequest } from './client.ts';
import { FieldTexts } from './field-texts.ts';
import { type HeadersOption, headersFrom } from './headers.ts';
import { UrlTemplate } from './url-template.ts';

export interface RecordRequestsOptions {
  readonly url: string;
  readonly method?: string;
  readonly body?: unknown;
  /** Records to a request: with more than one the body is a list. */
  readonly batchSize?: number;
  readonly headers: HeadersOption;
}

/** Writes requests about records. */
export class RecordRequests {
  readonly #method: string;
  readonly #url: UrlTemplate;
  readonly #body: BodyTemplate | null;
  readonly #isList: boolean;
  readonly #headers: Readonly<Record<string, string>>;
  #fields: { readonly batch: Batch; readonly texts: FieldTexts } | null = null;

  /** Throws `bad_option` or `missing_secret`. */
  constructor({ url, method = 'GET', body, batchSize = 1, headers }: RecordRequestsOptions) {
    this.#method = method;
    this.#url = new UrlTemplate('url', url);
    this.#body = body === undefined ? null : new BodyTemplate(body);
    this.#isList = batchSize > 1;
    const json = { accept: 'application/json', ...(this.#body && { 'content-type': 'application/json' }) };
    this.#headers = { ...json, ...headersFrom(headers) };
    if (this.#isList && (this.#body === null || this.#url.names.length > 0)) {
      const message =
        'batchSize: with more than one record to a request, the fields go into `body` and none into `url`';
      throw new TillstreamError('bad_option', message);
    }
    if (this.#body !== null && method === 'GET') {
      throw new TillstreamError('bad_option', 'body: a GET request has none; set `method` to POST');
    }
  }

  /** The request about these rows; a fault where the record lacks what it needs. */
  requestFor(batch: Batch, rows: readonly number[]): HttpRequest | { readonly fault: Fault } {
    const fields = this.#textsOf(batch);
    const row = rows[0]!;
    try {
      const url = this.#url.fill((name) => fields.present(name, row));
      const body = this.#body && this.#bodyFor(this.#body, fields, rows);
      return { method: this.#method, url, headers: this.#headers, ...(body !== null && { body }) };
    } catch (error) {
      if (error instanceof CallError) return { fault: { code: error.code, message: error.message } };
      throw error;
    }
  }

  #bodyFor(body: BodyTemplate, fields: FieldTexts, rows: readonly number[]): string {
    const written = rows.map((row) => body.write(fields, row));
    return this.#isList ? `[${written.join(',')}]` : written[0]!;
  }

  #textsOf(batch: Batch): FieldTexts {
    if (this.#fields?.batch !== batch) this.#fields = { batch, texts: new FieldTexts(batch) };
    return this.#fields.texts;
  }
}
