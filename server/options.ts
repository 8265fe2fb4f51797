import type { FastifyServerOptions } from 'fastify';
import type { Home } from '../jobs/home.ts';
import { tokenNeeded, weakToken } from './errors.ts';

/** What a server is told. */
export interface ServerOptions {
  readonly home: Home;
  /** Address to listen on; any but the loopback's needs a token. */
  readonly host?: string;
  /** 0 for any that is free. */
  readonly port?: number;
  /** Whoever asks must know it. */
  readonly token?: string | undefined;
  /** Names under which the server may be addressed, besides its own; without port. */
  readonly allowedHosts?: readonly string[];
  /** Whether the home's jobs run in this process, unless another runs them already. */
  readonly jobs?: boolean;
  /** Folder of the built dashboard. */
  readonly web?: string;
  readonly logger?: FastifyServerOptions['logger'];
  /** Largest file that may be uploaded. */
  readonly uploadBytes?: number;
  /** Requests that one address may make in ten seconds. */
  readonly requestsPer10s?: number;
  /** Live messages to a client are at least so far apart. */
  readonly frameMs?: number;
  readonly now?: () => number;
}

export type FilledOptions = Readonly<Required<ServerOptions>>;

const GIB = 1024 ** 3;
const LEAST_TOKEN = 12;

export const DEFAULTS = {
  host: '127.0.0.1',
  port: 8000,
  token: undefined,
  allowedHosts: [],
  jobs: false,
  web: new URL('../web/build', import.meta.url).pathname,
  logger: false,
  uploadBytes: 16 * GIB,
  requestsPer10s: 2_000,
  frameMs: 100,
  now: Date.now,
} as const satisfies Omit<FilledOptions, 'home' | 'token'> & { token: undefined };

/** Fills in what was not said. Throws `token_needed` or `weak_token`. */
export function fillServerOptions(options: ServerOptions): FilledOptions {
  const said = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const filled = Object.freeze({ ...DEFAULTS, ...said }) as unknown as FilledOptions;
  if (filled.token === undefined && !isLoopback(filled.host)) throw tokenNeeded(filled.host);
  if (filled.token !== undefined && filled.token.length < LEAST_TOKEN) {
    throw weakToken(filled.token.length, LEAST_TOKEN);
  }
  return filled;
}

/** Can only this machine reach that address? */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
