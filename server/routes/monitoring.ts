import { Type } from '@sinclair/typebox';
import { monitoringAnswer, monitoringSeries } from '../alerts/monitoring-answers.ts';
import type { App } from '../app.ts';
import { Monitoring, MonitoringSeries, MonitoringStarted } from '../schemas/monitoring.ts';
import type { Services } from '../services.ts';

const tags = ['monitoring'];

export function monitoringRoutes(app: App, { alerts, jobs }: Services): void {
  app.get('/monitoring', {
    schema: { tags, summary: 'Every check as it was when it last looked', response: { 200: Monitoring } },
    handler: async () => monitoringAnswer(alerts.db, alerts.channels()),
  });

  app.get('/monitoring/series', {
    schema: {
      ...{ tags, summary: 'What a check observed day by day, with the band that was expected and its incidents' },
      querystring: Type.Object(
        {
          key: Type.String({ minLength: 1, maxLength: 500, description: 'As in /monitoring: revenue{store=S012}.' }),
          limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 200 }),
        },
        { additionalProperties: false },
      ),
      response: { 200: MonitoringSeries },
    },
    handler: async ({ query: { key, limit } }) => monitoringSeries(alerts.db, key, limit),
  });

  app.post('/monitoring/run', {
    config: { rateLimit: { max: 60, timeWindow: 60_000 } },
    schema: { tags, summary: 'Checks everything now', response: { 202: MonitoringStarted } },
    handler: async (_request, reply) => reply.code(202).send({ job_run_id: jobs.run('monitor') }),
  });
}
