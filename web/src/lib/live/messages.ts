import type { ClientMessage, PROTOCOL_VERSION, ServerMessage } from '../server-types.ts';

/** The protocol version that this page speaks; does not compile once the server speaks another. */
export const SPOKEN_VERSION: typeof PROTOCOL_VERSION = 1;

export function tapMessage(operator: string | null): ClientMessage {
  return { type: 'tap', operator };
}

/** Address of the live connection; with where the last one was left, to resume there. */
export function liveAddress(page: string, resume: { session: string; seq: number } | null): string {
  const url = new URL('/live', page);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  if (resume) {
    url.searchParams.set('session', resume.session);
    url.searchParams.set('since', String(resume.seq));
  }
  return url.href;
}

/** A message of the server; null for one of another version, which a reload of the page will understand. */
export function parseMessage(text: string): ServerMessage | null {
  const message = JSON.parse(text) as ServerMessage;
  return message.v === SPOKEN_VERSION ? message : null;
}
