import type { App } from '../app.ts';
import { Health } from '../schemas/health.ts';
import type { Services } from '../services.ts';

export function healthRoutes(app: App, { health, metrics }: Services): void {
  app.get('/health', {
    schema: {
      ...{ tags: ['operation'], summary: 'Whether everything works; 503 when something does not' },
      response: { 200: Health, 503: Health },
    },
    handler: async (_request, reply) => {
      const answer = await health();
      return reply
        .code(answer.status === 'ok' ? 200 : 503)
        .header('cache-control', 'no-store')
        .send(answer);
    },
  });

  app.route({
    method: 'GET',
    url: '/metrics',
    schema: { tags: ['operation'], summary: 'For Prometheus' },
    handler: async (_request, reply) => {
      reply.header('content-type', metrics.registry.contentType);
      return metrics.registry.metrics();
    },
  });
}
