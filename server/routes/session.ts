import { Type } from '@sinclair/typebox';
import type { App } from '../app.ts';
import { noToken } from '../security/guard.ts';
import { TokenCheck } from '../security/token.ts';

/** A browser shows the token once and has a cookie from then on, also for downloads and the WebSocket. */
export function sessionRoutes(app: App, token: TokenCheck | null): void {
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
