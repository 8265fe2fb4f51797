import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The id by which a request is found in the log: the one that came with it, if that is harmless, or a new one. */
export function requestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}
