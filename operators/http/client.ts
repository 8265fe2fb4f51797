import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { CallError } from '../async-map/call-error.ts';
import { retryAfterMs } from './retry-after.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer with a status below 300, or one that was expected. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpClientOptions {
  /** Longest body that is taken, in bytes. */
  readonly maxResponseBytes: number;
  /** Statuses from 300 on that are no failure. */
  readonly expected?: readonly number[];
  readonly now: () => number;
}

/** Statuses after which the same request may succeed. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);
/** How much of what a service says about its refusal is told. */
const SAID_CHARACTERS = 200;

/**
 * Sends requests over connections of its own, which {@link close} ends. Redirects are not followed: an answer can't send us, and our
 * secrets, elsewhere. Whatever goes wrong is a CallError: `call_failed` (may pass), `call_refused` (another 3xx or 4xx) or
 * `bad_answer` (too long).
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #plain = new HttpAgent({ keepAlive: true });
  readonly #secure = new HttpsAgent({ keepAlive: true });

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const message = await this.#exchange(request, signal);
    const { statusCode: status = 0, headers } = message;
    const body = await this.#bodyOf(message);
    if (status < 300 || this.#options.expected?.includes(status)) return { status, headers, body };
    throw refused(request, status, headers, body, this.#options.now());
  }

  /** Ends all connections. */
  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  #exchange({ method, url, headers, body }: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const isSecure = url.protocol === 'https:';
    const open = isSecure ? httpsRequest : httpRequest;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      const options = { method, headers: { ...headers, ...length }, signal };
      const outgoing = open(url, { ...options, agent: isSecure ? this.#secure : this.#plain }, resolve);
      outgoing.once('error', (error) => reject(unreachable(url, error)));
      outgoing.end(body);
    });
  }

  async #bodyOf(message: IncomingMessage): Promise<string> {
    const { maxResponseBytes } = this.#options;
    const pieces: Buffer[] = [];
    let length = 0;
    try {
      for await (const piece of message as AsyncIterable<Buffer>) {
        length += piece.length;
        // Leaving the loop ends the connection.
        if (length > maxResponseBytes) {
          throw new CallError('bad_answer', `the answer is longer than ${maxResponseBytes} bytes`, {
            isPassing: false,
          });
        }
        pieces.push(piece);
      }
    } catch (error) {
      throw error instanceof CallError ? error : new CallError('call_failed', `the answer broke off: ${said(error)}`);
    }
    return Buffer.concat(pieces).toString('utf8');
  }
}

function unreachable({ host }: URL, error: Error): CallError {
  return new CallError('call_failed', `no connection to ${host}: ${said(error)}`);
}

/** Errors of several addresses at once have no message of their own. */
function said(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}

function refused(
  { method, url }: HttpRequest,
  status: number,
  headers: IncomingHttpHeaders,
  body: string,
  now: number,
): CallError {
  const isPassing = PASSING.has(status);
  const where = headers.location ? ` to ${headers.location}, which is not followed: give that address` : '';
  const text = body.replaceAll(/\s+/g, ' ').trim().slice(0, SAID_CHARACTERS);
  // Without its query, which may hold a key.
  const message = `${method} ${url.origin}${url.pathname} was answered with ${status}${where}${text && `: ${text}`}`;
  return new CallError(isPassing ? 'call_failed' : 'call_refused', message, {
    isPassing,
    retryAfterMs: isPassing ? retryAfterMs(headers['retry-after'], now) : null,
  });
}
