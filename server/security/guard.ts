import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import type { App } from '../app.ts';
import { ProblemError } from '../errors.ts';
import { type FilledOptions, isLoopback } from '../options.ts';
import { contentPolicy } from './content-policy.ts';
import { hostCheck, isOwnOrigin } from './hosts.ts';
import { TokenCheck } from './token.ts';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Headers, limits, and who may ask what. Must be registered before any route. */
export async function guard(app: App, options: FilledOptions): Promise<void> {
  await app.register(helmet, { global: true, ...(await contentPolicy(options.web)) });
  await app.register(rateLimit, { global: true, max: options.requestsPer10s, timeWindow: 10_000 });
  const isOurs = hostCheck(options.host, options.allowedHosts, !isLoopback(options.host));
  const token = options.token === undefined ? null : new TokenCheck(options.token);
  app.addHook('onRequest', async (request) => {
    refuseForeign(request, isOurs);
    if (token && !isPublic(request) && !token.admits(request.headers)) throw noToken();
  });
  sessionRoutes(app, token);
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

function noToken(): ProblemError {
  return new ProblemError('token_required', 'send the token as "Authorization: Bearer TOKEN", or to POST /session');
}

/** A browser shows the token once and has a cookie from then on, also for downloads and the WebSocket. */
function sessionRoutes(app: App, token: TokenCheck | null): void {
  const limited = { isPublic: true, rateLimit: { max: 20, timeWindow: 60_000 } };
  const body = Type.Object({ token: Type.String({ maxLength: 1000 }) }, { additionalProperties: false });
  const state = Type.Object({ needed: Type.Boolean(), admitted: Type.Boolean() });
  app.get('/session', {
    config: { isPublic: true },
    schema: { tags: ['session'], summary: 'Whether a token is needed, and has been shown', response: { 200: state } },
    handler: async ({ headers }) => ({ needed: token !== null, admitted: token?.admits(headers) ?? true }),
  });
  app.post('/session', {
    config: limited,
    schema: { tags: ['session'], summary: 'Shows the token once, for a cookie', body, response: { 204: Type.Null() } },
    handler: async (request, reply) => {
      if (token && !token.isToken(request.body.token)) throw noToken();
      if (token) reply.header('set-cookie', token.cookie());
      return reply.code(204).send(null);
    },
  });
  app.delete('/session', {
    config: { isPublic: true },
    schema: { tags: ['session'], summary: 'Gives the cookie back', response: { 204: Type.Null() } },
    handler: async (_request, reply) => reply.code(204).header('set-cookie', TokenCheck.forget()).send(null),
  });
}
