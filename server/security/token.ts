import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Name of the cookie that a browser has after it has shown the token once. */
export const COOKIE = 'tillstream_session';
/** WebSocket subprotocols: the protocol's own, and the one by which browsers, which cannot send headers, may show the token. */
export const SUBPROTOCOL = 'tillstream';
const BEARER_PROTOCOL = 'bearer.';

/** Knows the token, and who has shown it. Comparisons take the same time whatever is compared. */
export class TokenCheck {
  readonly #token: Buffer;
  readonly #session: string;

  constructor(token: string) {
    this.#token = digest(token);
    // Of this start of the server only; the token itself is in no cookie.
    this.#session = createHmac('sha256', randomBytes(32)).update(token).digest('base64url');
  }

  isToken(text: string): boolean {
    return timingSafeEqual(this.#token, digest(text));
  }

  /** Does the request show the token, in whichever of the ways? */
  admits(headers: IncomingHttpHeaders): boolean {
    const session = cookieIn(headers.cookie);
    if (session !== undefined && timingSafeEqual(digest(session), digest(this.#session))) return true;
    const shown = bearerIn(headers.authorization) ?? bearerAmong(headers['sec-websocket-protocol']);
    return shown !== undefined && this.isToken(shown);
  }

  /** For a browser that has shown the token; out of reach of scripts and of other sites. */
  cookie(): string {
    return `${COOKIE}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`;
  }

  static forget(): string {
    return `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function bearerIn(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}

function bearerAmong(header: string | undefined): string | undefined {
  const offered = header?.split(',').map((name) => name.trim());
  const shown = offered?.find((name) => name.startsWith(BEARER_PROTOCOL))?.slice(BEARER_PROTOCOL.length);
  return shown === undefined ? undefined : Buffer.from(shown, 'base64url').toString();
}

function cookieIn(header: string | undefined): string | undefined {
  const pair = header?.split(/; */).find((each) => each.startsWith(`${COOKIE}=`));
  return pair?.slice(COOKIE.length + 1);
}
