import { Type } from '@sinclair/typebox';
import type { App } from '../app.ts';
import { ProblemError } from '../errors.ts';
import { JobList, JobRunPage, JobStarted, JobSummary } from '../schemas/jobs.ts';
import type { Services } from '../services.ts';

const Name = Type.Object({ name: Type.String({ minLength: 1, maxLength: 60 }) });
const tags = ['jobs'];
const limited = { rateLimit: { max: 60, timeWindow: 60_000 } };

export function jobRoutes(app: App, { jobs }: Services): void {
  app.get('/jobs', {
    schema: { tags, summary: 'Jobs: when they run, how they last went, what comes next', response: { 200: JobList } },
    handler: async () => jobs.list(),
  });

  app.get('/jobs/:name/runs', {
    schema: {
      ...{ tags, summary: 'Runs of a job with what they said, the latest first' },
      params: Name,
      querystring: Type.Object(
        {
          limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
          offset: Type.Integer({ minimum: 0, default: 0 }),
        },
        { additionalProperties: false },
      ),
      response: { 200: JobRunPage },
    },
    handler: async ({ params: { name }, query: { limit, offset } }) => jobs.runs(name, limit, offset),
  });

  app.post('/jobs/:name/run', {
    config: limited,
    schema: { tags, summary: 'Runs a job now, also one that is paused', params: Name, response: { 202: JobStarted } },
    handler: async ({ params: { name } }, reply) => reply.code(202).send({ job: name, job_run_id: jobs.run(name) }),
  });

  app.post('/jobs/:name/pause', {
    config: limited,
    schema: {
      ...{ tags, summary: 'Has a job begin no more; what runs in turns ends the turn at hand' },
      params: Name,
      response: { 200: JobSummary },
    },
    handler: async ({ params: { name } }) => {
      jobs.pause(name);
      return summaryOf(name);
    },
  });

  app.post('/jobs/:name/resume', {
    config: limited,
    schema: {
      tags,
      summary: 'Has a paused job begin again, from its next turn on',
      params: Name,
      response: { 200: JobSummary },
    },
    handler: async ({ params: { name } }) => {
      jobs.resume(name);
      return summaryOf(name);
    },
  });

  function summaryOf(name: string): JobSummary {
    const summary = jobs.list().items.find((job) => job.name === name);
    if (!summary) throw new ProblemError('no_such_job', `there is no job ${name}; GET /jobs lists those there are`);
    return summary;
  }
}
