import type { IncomingHttpHeaders } from 'node:http';
import { type Static, Type } from '@sinclair/typebox';
import { TillstreamError } from '../../engine/errors.ts';
import { valueAt } from '../http/json-path.ts';
import { plainValue } from '../values/exact-json.ts';

export const PagesOption = Type.Object(
  {
    by: Type.Union(
      ['link', 'url', 'cursor', 'number'].map((name) => Type.Literal(name)),
      {
        description:
          '`link`: the header `Link` with `rel="next"`; `url`: an address in the answer; `cursor`: a value in the answer that goes into the next request; `number`: a number that goes up, until a page is empty.',
      },
    ),
    at: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'With `url` and `cursor`: its path in the answer. Where it is missing, null or empty, the page is the last.',
      }),
    ),
    parameter: Type.Optional(
      Type.String({ minLength: 1, description: 'With `cursor` and `number`: the query parameter that it goes into.' }),
    ),
    first: Type.Integer({ minimum: 0, default: 1, description: 'With `number`: that of the first page.' }),
    step: Type.Integer({
      minimum: 1,
      default: 1,
      description: 'With `number`: by how much it goes up; the size of a page if it is an offset.',
    }),
  },
  { additionalProperties: false },
);
export type PagesOption = Static<typeof PagesOption>;

/** What is looked at to find the next page. */
export interface Page {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly json: unknown;
  /** Records on it. */
  readonly length: number;
}

const NEEDS: Readonly<Record<string, readonly ('at' | 'parameter')[]>> = {
  cursor: ['at', 'parameter'],
  number: ['parameter'],
  url: ['at'],
};

/** Finds the way from page to page. */
export class Pages {
  readonly #option: PagesOption | undefined;
  readonly #start: URL;

  /** Throws `bad_option` where a part of the option is missing. */
  constructor(option: PagesOption | undefined, start: URL) {
    this.#option = option;
    this.#start = start;
    for (const part of option ? (NEEDS[option.by] ?? []) : []) {
      if (option?.[part] === undefined) {
        throw new TillstreamError('bad_option', `pages: "${option?.by}" needs \`${part}\` too`);
      }
    }
  }

  get first(): URL {
    const { by, parameter, first } = this.#option ?? {};
    return by === 'number' ? withParameter(this.#start, parameter!, String(first)) : this.#start;
  }

  /** The page after this one; null after the last. Throws `bad_page` where it would lead astray. */
  next(page: Page): URL | null {
    const next = this.#nextOf(page);
    if (next === null) return null;
    // Secrets in headers are for one service only.
    if (next.origin !== this.#start.origin) throw badPage(page, `it leads to another service, ${next.origin}`);
    if (next.href === page.url.href) throw badPage(page, 'it leads to itself');
    return next;
  }

  #nextOf(page: Page): URL | null {
    const { by, at = '', parameter = '', step = 1 } = this.#option ?? {};
    if (by === 'link') return linked(page);
    if (by === 'number') {
      const number = Number(page.url.searchParams.get(parameter)) + step;
      return page.length === 0 ? null : withParameter(page.url, parameter, String(number));
    }
    const found = by === undefined ? null : valueAt(page.json, at);
    if (found === null || found === undefined || found === '' || found === false) return null;
    return by === 'cursor'
      ? withParameter(page.url, parameter, plainValue(found) ?? '')
      : resolved(page, plainValue(found) ?? '');
  }
}

function withParameter(url: URL, name: string, value: string): URL {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed;
}

const LINK = /<([^>]*)>((?:\s*;\s*[^,;=]+(?:=(?:"[^"]*"|[^,;]*))?)*)/g;

/** The target of `rel="next"` (RFC 8288). */
function linked(page: Page): URL | null {
  const header = page.headers.link;
  const text = Array.isArray(header) ? header.join(', ') : (header ?? '');
  for (const [, target, parameters] of text.matchAll(LINK)) {
    const relations = /;\s*rel\s*=\s*"?([^";]*)/i
      .exec(parameters ?? '')?.[1]
      ?.toLowerCase()
      .split(/\s+/);
    if (relations?.includes('next')) return resolved(page, target!);
  }
  return null;
}

function resolved(page: Page, reference: string): URL {
  if (URL.canParse(reference, page.url.href)) return new URL(reference, page.url);
  throw badPage(page, `it leads to "${reference}", which is no address`);
}

function badPage({ url }: Page, what: string): TillstreamError {
  return new TillstreamError('bad_page', `${url.origin}${url.pathname}: the next page is not read: ${what}`);
}
