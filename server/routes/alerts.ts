import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { ALERT_STATES, type AlertRecord, countAlerts, findAlert, listAlerts } from '../../db/operations/alerts.ts';
import { acknowledgeAlert, expectAlert, reopenAlert } from '../../jobs/alert/actions.ts';
import { alertAnswer, alertDetail } from '../alerts/alert-answers.ts';
import type { App } from '../app.ts';
import { ProblemError } from '../errors.ts';
import { AlertDetail, AlertPage, SEVERITIES } from '../schemas/alerts.ts';
import { oneOf } from '../schemas/common.ts';
import type { Services } from '../services.ts';

const Id = Type.Object({ id: Type.Integer({ minimum: 1 }) });
const Note = Type.Object(
  { note: Type.Optional(Type.String({ maxLength: 1_000, description: 'Why, for whoever asks later.' })) },
  { additionalProperties: false },
);
const tags = ['alerts'];
const config = { rateLimit: { max: 120, timeWindow: 60_000 } };
const response = { 200: AlertDetail };

export function alertRoutes(app: App, { alerts }: Services): void {
  app.get('/alerts', {
    schema: {
      ...{ tags, summary: 'Alerts, the latest first' },
      querystring: Type.Object(
        {
          state: Type.Optional(Type.Array(oneOf(ALERT_STATES), { description: 'Only these; repeat it for several.' })),
          severity: Type.Optional(Type.Array(oneOf(SEVERITIES))),
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
          offset: Type.Integer({ minimum: 0, default: 0 }),
        },
        { additionalProperties: false },
      ),
      response: { 200: AlertPage },
    },
    handler: async ({ query: { state: states, severity: severities, limit, offset } }) => {
      const filter = { states, severities };
      const items = listAlerts(alerts.db, { ...filter, limit, offset }).map(alertAnswer);
      return { items, total: countAlerts(alerts.db, filter), limit, offset };
    },
  });

  app.get('/alerts/:id', {
    schema: {
      ...{ tags, summary: 'One alert: evidence, what happened to it, who was told' },
      ...{ params: Id, response },
    },
    handler: async ({ params: { id } }) => {
      const alert = findAlert(alerts.db, id);
      if (!alert) throw new ProblemError('no_such_alert', `there is no alert ${id}; GET /alerts lists those there are`);
      return alertDetail(alerts.db, alert);
    },
  });

  app.post('/alerts/:id/acknowledge', {
    ...{ config, preValidation: withBody },
    schema: {
      ...{ tags, summary: 'Somebody looks after it', params: Id, body: Note, response },
    },
    handler: async ({ params: { id }, body }) => answered(acknowledgeAlert(id, { ...options(), ...body })),
  });

  app.post('/alerts/:id/expected', {
    ...{ config, preValidation: withBody },
    schema: {
      ...{
        tags,
        summary: 'It was to be expected: it does not come back for the same days, which are no measure any more',
      },
      ...{ params: Id, body: Note, response },
    },
    handler: async ({ params: { id }, body }) => answered(expectAlert(id, { ...options(), ...body })),
  });

  app.post('/alerts/:id/reopen', {
    config,
    schema: {
      ...{ tags, summary: 'Takes back that it was acknowledged or marked as expected', params: Id, response },
    },
    handler: async ({ params: { id } }) => answered(reopenAlert(id, options())),
  });

  function options() {
    return { db: alerts.db, now: alerts.now };
  }

  function answered(alert: AlertRecord): AlertDetail {
    alerts.changed();
    return alertDetail(alerts.db, alert);
  }
}

/** A note may be given; nothing need be sent. */
async function withBody(request: FastifyRequest): Promise<void> {
  request.body ??= {};
}
