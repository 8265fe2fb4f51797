import { CallError } from '../async-map/call-error.ts';
import { badUrl } from './errors.ts';
import { fillTemplate, parseTemplate, type Template } from './template.ts';

/** An http or https address; throws `bad_option` for anything else. */
export function httpUrl(option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password) return url;
  throw badUrl(option, text, 'an address that begins with http:// or https:// and holds no password');
}

/** An address with places for values in path and query. Values are encoded, so that none leads anywhere else. */
export class UrlTemplate {
  readonly #template: Template;

  /** Throws `bad_option` where it is no such address, or has a place before its path. */
  constructor(option: string, text: string) {
    this.#template = parseTemplate(text);
    const [start = ''] = this.#template.parts;
    if (!/^https?:\/\/[^/?#]+[/?#]/.test(start) && this.#template.names.length > 0) {
      throw badUrl(option, text, 'http://HOST/ or https://HOST/ before the first {field}');
    }
    httpUrl(
      option,
      fillTemplate(this.#template, () => 'x'),
    );
  }

  get names(): readonly string[] {
    return this.#template.names;
  }

  /** The address with these values. Throws a CallError where one can't stand in it. */
  fill(valueFor: (name: string) => string): URL {
    return new URL(fillTemplate(this.#template, (name) => encoded(valueFor(name))));
  }
}

/** As a part of a path or query. Throws a CallError for a value of only dots, which would lead to another folder. */
function encoded(value: string): string {
  if (!/^\.{1,2}$/.test(value)) return encodeURIComponent(value);
  throw new CallError('missing_value', `"${value}" can be no part of an address`, { isPassing: false });
}
