import { Type } from '@sinclair/typebox';
import { countRuns } from '../../db/counts.ts';
import { findRun } from '../../db/runs.ts';
import type { App } from '../app.ts';
import { ProblemError } from '../errors.ts';
import { runDetail } from '../run-detail.ts';
import { runSummaries } from '../run-summaries.ts';
import { oneOf } from '../schemas/common.ts';
import { RUN_STATUSES, RunCancelled, RunDetail, RunPage, RunRequested } from '../schemas/runs.ts';
import type { Services } from '../services.ts';

const Id = Type.Object({ id: Type.Integer({ minimum: 1 }) });
const tags = ['runs'];
const limited = { rateLimit: { max: 60, timeWindow: 60_000 } };

export function runRoutes(app: App, { warehouse, ingest }: Services): void {
  app.get('/runs', {
    schema: {
      ...{ tags, summary: 'Runs, the latest first' },
      querystring: Type.Object(
        {
          status: Type.Optional(oneOf(RUN_STATUSES)),
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 20 }),
          offset: Type.Integer({ minimum: 0, default: 0 }),
        },
        { additionalProperties: false },
      ),
      response: { 200: RunPage },
    },
    handler: async ({ query: { limit, offset, status } }) => {
      const { db } = warehouse;
      const items = runSummaries(db, { limit, offset, ...(status && { status }) });
      return { items, total: countRuns(db, status ?? null), limit, offset };
    },
  });

  app.get('/runs/:id', {
    schema: {
      ...{ tags, summary: 'One run: operators, ledger, drift, files and timeline' },
      params: Id,
      response: { 200: RunDetail },
    },
    handler: async ({ params: { id } }) => {
      const detail = runDetail(warehouse.db, id);
      if (!detail) throw noSuchRun(id);
      return detail;
    },
  });

  app.post('/runs', {
    config: limited,
    schema: {
      ...{ tags, summary: 'Loads what is in the inbox, now or after the run at hand' },
      response: { 202: RunRequested },
    },
    handler: async (_request, reply) => {
      const status = ingest.request({ trigger: 'api' });
      return reply.code(202).send({ status, run_id: ingest.runId });
    },
  });

  app.post('/runs/:id/cancel', {
    config: limited,
    schema: {
      ...{
        tags,
        summary: 'Stops a run within a batch; what it has committed stays, and the next run goes on from there',
      },
      params: Id,
      response: { 202: RunCancelled },
    },
    handler: async ({ params: { id } }, reply) => {
      // What has ended may still be tidying up.
      if (ingest.runId !== id || findRun(warehouse.db, id)?.status !== 'running') throw notAtHand(id);
      ingest.cancel();
      return reply.code(202).send({ status: 'stopping' as const, run_id: id });
    },
  });

  app.post('/runs/cancel', {
    config: limited,
    schema: {
      ...{ tags, summary: 'Stops the run at hand, also before it has an id, and forgets the one that waits' },
      response: { 202: RunCancelled },
    },
    handler: async (_request, reply) => {
      const { runId: run_id } = ingest;
      if (!ingest.cancel()) throw new ProblemError('nothing_running', 'no run is at hand');
      return reply.code(202).send({ status: 'stopping' as const, run_id });
    },
  });

  function notAtHand(id: number): ProblemError {
    if (!findRun(warehouse.db, id)) return noSuchRun(id);
    return new ProblemError('run_ended', `run ${id} is not at hand here: it has ended, or another process has it`);
  }
}

function noSuchRun(id: number): ProblemError {
  return new ProblemError('no_such_run', `there is no run ${id}; GET /runs lists those there are`);
}
