import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { App } from './app.ts';
import { Problem } from './schemas/common.ts';

/** In the order in which they are shown. */
const TAGS = [
  'kpi',
  'runs',
  'jobs',
  'monitoring',
  'alerts',
  'files',
  'dead letters',
  'catalogue',
  'live',
  'operation',
  'session',
  'problems',
];

/** The description of all routes (OpenAPI 3.1), and a page to browse it. Must be registered before the routes. */
export async function describeApi(app: App, version: string, needsToken: boolean): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tillstream',
        version,
        description: 'Sales as they are, runs as they go. Errors are problem documents (RFC 9457) with a stable code.',
      },
      tags: TAGS.map((name) => ({ name })),
      ...(needsToken && {
        security: [{ token: [] }],
      }),
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
        schemas: { Problem: { ...Problem, $id: undefined } as never },
        responses: {
          Problem: {
            description: 'What went wrong',
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        },
      },
    },
    transformObject: (documented) => withProblems('openapiObject' in documented ? documented.openapiObject : {}),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: false,
    uiConfig: { deepLinking: true, docExpansion: 'list', layout: 'BaseLayout' },
    theme: { title: 'Tillstream: REST' },
  });
}

/** Every operation may answer with a problem. */
function withProblems<Document extends { paths?: object }>(document: Document): Document {
  for (const path of Object.values(document.paths ?? {}) as Record<string, { responses?: Record<string, unknown> }>[]) {
    for (const operation of Object.values(path)) {
      if (operation.responses) operation.responses.default = { $ref: '#/components/responses/Problem' };
    }
  }
  return document;
}
