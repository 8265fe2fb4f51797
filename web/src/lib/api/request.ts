import type { Problem } from '../server-types.ts';

/** Values of a query; a list is repeated, what is empty or undefined left out. */
export type Query = Record<string, string | number | readonly string[] | undefined>;

/** The server said no, or could not be reached; the message is a sentence for people. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: string;
  readonly status: number;

  constructor(message: string, code: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/** An address of the server, below wherever the page came from. */
export function address(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? (value as readonly string[]) : [value];
    return values.filter((each) => each !== undefined && each !== '').map((each) => [name, String(each)]);
  });
  const text = new URLSearchParams(pairs as [string, string][]).toString();
  return `${path}${text && `?${text}`}`;
}

/** Asks for JSON. Throws {@link RequestError}; an abort throws as fetch does. */
export async function ask<T>(url: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(url, { ...init, headers: { accept: 'application/json', ...init.headers } }).catch(
    (cause: unknown) => {
      if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
      throw new RequestError('The server cannot be reached. Is Tillstream still running?', 'unreachable', 0, { cause });
    },
  );
  if (!answer.ok) throw await refusal(answer);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** Sends JSON, or nothing. */
export function send<T>(url: string, body?: unknown): Promise<T> {
  const sent =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return ask<T>(url, { method: 'POST', ...sent });
}

async function refusal(answer: Response): Promise<RequestError> {
  const problem = (await answer.json().catch(() => null)) as Partial<Problem> | null;
  const message = problem?.detail ?? problem?.title ?? `The server answered with ${answer.status}.`;
  return new RequestError(message, problem?.code ?? 'unknown', answer.status);
}
