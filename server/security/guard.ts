import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import type { App } from '../app.ts';
import { ProblemError } from '../errors.ts';
import { type FilledOptions, isLoopback } from '../options.ts';
import { contentPolicy } from './content-policy.ts';
import { hostCheck, isOwnOrigin } from './hosts.ts';
import { TokenCheck } from './token.ts';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Headers, limits, and who may ask what. Must be registered before any route. Returns what knows the token, if there is one. */
export async function guard(app: App, options: FilledOptions): Promise<TokenCheck | null> {
  await app.register(helmet, { global: true, ...(await contentPolicy(options.web)) });
  await app.register(rateLimit, { global: true, max: options.requestsPer10s, timeWindow: 10_000 });
  const isOurs = hostCheck(options.host, options.allowedHosts, !isLoopback(options.host));
  const token = options.token === undefined ? null : new TokenCheck(options.token);
  app.addHook('onRequest', async (request) => {
    refuseForeign(request, isOurs);
    if (token && !isPublic(request) && !token.admits(request.headers)) throw noToken();
  });
  return token;
}

/** The page's own files hold no data, and what is not there needs no token to be told so. */
function isPublic({ is404, routeOptions }: FastifyRequest): boolean {
  return is404 || routeOptions.url === '/*' || routeOptions.config.isPublic === true;
}

function refuseForeign(request: FastifyRequest, isOurs: (host: string | undefined) => boolean): void {
  const { host, origin } = request.headers;
  if (!isOurs(host)) {
    throw new ProblemError(
      'foreign_host',
      `this server is not ${host ?? 'without a name'}; if it should be, allow that host`,
    );
  }
  const mayChange = !READS.has(request.method) || request.headers.upgrade !== undefined;
  const isCrossSite = request.headers['sec-fetch-site'] === 'cross-site';
  if (mayChange && (isCrossSite || !isOwnOrigin(origin, host))) {
    throw new ProblemError('foreign_origin', `pages of ${origin ?? 'another site'} may not do this`);
  }
}

export function noToken(): ProblemError {
  return new ProblemError('token_required', 'send the token as "Authorization: Bearer TOKEN", or to POST /session');
}
