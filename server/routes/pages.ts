import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../app.ts';
import { PROBLEMS, ProblemError } from '../errors.ts';
import { oneOf, record } from '../schemas/common.ts';
import type { Services } from '../services.ts';

const UNBUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tillstream</title><meta name="viewport" content="width=device-width"></head>
<body><h1>Tillstream is running</h1>
<p>The dashboard is not built yet. Build it with <code>npm run build</code> and load this page again.</p>
<p>Until then: <a href="/docs">the REST interface</a>, <a href="/health">health</a>, <a href="/kpi/summary">the figures</a>.</p>
</body></html>
`;

/** Files whose names change with their contents. */
const IMMUTABLE = /[\\/]_app[\\/]immutable[\\/]/;

/** The dashboard, where it is built; its pages are all the one page, which finds its way by the address. */
export async function pageRoutes(app: App, { options: { web } }: Services): Promise<void> {
  const index = join(web, 'index.html');
  const isBuilt = existsSync(index);
  problemPages(app);
  if (isBuilt) {
    await app.register(fastifyStatic, {
      ...{ root: web, index: false, wildcard: true, prefix: '/', decorateReply: true },
      setHeaders: (response, path) => {
        response.header('cache-control', IMMUTABLE.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  const page = (_request: FastifyRequest, reply: FastifyReply) =>
    isBuilt
      ? reply.header('cache-control', 'no-cache').sendFile('index.html')
      : reply.type('text/html; charset=utf-8').send(UNBUILT);
  app.route({ method: 'GET', url: '/', config: { isPublic: true }, schema: { hide: true }, handler: page });
  app.setNotFoundHandler((request, reply) => {
    if (isNavigation(request)) return page(request, reply);
    throw new ProblemError('not_found', `there is no ${request.method} ${request.url.split('?')[0]}`);
  });
}

/** Does a person open a page, rather than a program ask for data? */
function isNavigation({ method, headers, url }: FastifyRequest): boolean {
  const path = url.split('?')[0] ?? '';
  return method === 'GET' && (headers.accept ?? '').includes('text/html') && !/\.[a-z0-9]+$/i.test(path);
}

/** What the `type` of a problem document points to. */
function problemPages(app: App): void {
  const codes = Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[];
  const body = record({ code: Type.String(), status: Type.Integer(), title: Type.String() });
  app.get('/problems/:code', {
    config: { isPublic: true },
    schema: {
      ...{ tags: ['problems'], summary: 'What a problem code means' },
      params: Type.Object({ code: oneOf(codes) }),
      response: { 200: body },
    },
    handler: async ({ params: { code } }) => ({ code, ...PROBLEMS[code] }),
  });
}
