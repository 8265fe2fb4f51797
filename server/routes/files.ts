import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import multipart from '@fastify/multipart';
import { Type } from '@sinclair/typebox';
import { countFiles } from '../../db/counts.ts';
import { type FileRecord, listFiles } from '../../db/files.ts';
import { inboxNames } from '../../jobs/inbox.ts';
import type { App } from '../app.ts';
import { ProblemError } from '../errors.ts';
import { fileSummary } from '../run-summaries.ts';
import { oneOf } from '../schemas/common.ts';
import { FilePage, type FileSummary, UploadResult } from '../schemas/runs.ts';
import type { Services } from '../services.ts';
import { receiveFile, type Uploaded } from '../upload.ts';

const STATUSES = ['waiting', 'loading', 'done', 'failed', 'replaced', 'abandoned'] as const;
const MOST_FILES = 100;
const tags = ['files'];

export async function fileRoutes(app: App, { options, warehouse, ingest, live }: Services): Promise<void> {
  const { home, uploadBytes } = options;
  await app.register(multipart, { limits: { fileSize: uploadBytes, files: MOST_FILES, fields: 10, fieldSize: 1_000 } });

  app.get('/files', {
    schema: {
      ...{
        tags,
        summary: 'Files: those that wait in the inbox first, then those the warehouse knows, the latest first',
      },
      querystring: Type.Object(
        {
          run: Type.Optional(Type.Integer({ minimum: 1 })),
          dataset: Type.Optional(Type.String({ maxLength: 200 })),
          status: Type.Optional(oneOf(STATUSES)),
          limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
          offset: Type.Integer({ minimum: 0, default: 0 }),
        },
        { additionalProperties: false },
      ),
      response: { 200: FilePage },
    },
    handler: async ({ query: { run, dataset, status, limit, offset } }) => {
      const { db } = warehouse;
      const showsWaiting = run === undefined && dataset === undefined && (status === undefined || status === 'waiting');
      const waiting = showsWaiting ? await waitingFiles() : [];
      if (status === 'waiting')
        return { items: waiting.slice(offset, offset + limit), total: waiting.length, limit, offset };
      const filter = {
        ...(run && { run }),
        ...(dataset && { dataset }),
        ...(status && { status: status as FileRecord['status'] }),
      };
      const first = waiting.slice(offset, offset + limit);
      const page = { limit: limit - first.length, offset: Math.max(0, offset - waiting.length) };
      const known = page.limit > 0 ? listFiles(db, { ...filter, ...page }).map((file) => fileSummary(db, file)) : [];
      return { items: [...first, ...known], total: waiting.length + countFiles(db, filter), limit, offset };
    },
  });

  app.post('/files', {
    bodyLimit: uploadBytes,
    config: { rateLimit: { max: 300, timeWindow: 60_000 } },
    schema: {
      tags,
      summary: 'Puts files into the inbox (multipart/form-data)',
      description:
        'Each part with a file name is one file. With run=true a run begins as soon as all of them are there.',
      consumes: ['multipart/form-data'],
      querystring: Type.Object({ run: Type.Boolean({ default: false }) }, { additionalProperties: false }),
      response: { 201: UploadResult },
    },
    handler: async (request, reply) => {
      const files: Uploaded[] = [];
      for await (const part of request.parts()) {
        if (part.type !== 'file') continue;
        files.push(await receiveFile(home.raw, part.filename, part.file, () => !part.file.truncated));
      }
      if (files.length === 0)
        throw new ProblemError('no_file_sent', 'send the file as a part of multipart/form-data with a filename');
      if (request.query.run) ingest.request({ trigger: 'upload' });
      void live.look();
      return reply.code(201).send({ files });
    },
  });

  async function waitingFiles(): Promise<FileSummary[]> {
    const names = await inboxNames(home);
    const files = await Promise.all(names.map((name) => waitingFile(join(home.raw, name), name)));
    return files.filter((file) => file !== null);
  }
}

async function waitingFile(path: string, name: string): Promise<FileSummary | null> {
  const stats = await stat(path).catch(() => null);
  if (!stats) return null;
  return {
    ...{
      file_id: null,
      run_id: null,
      name,
      dataset: null,
      disposition: null,
      status: 'waiting',
      size_bytes: stats.size,
    },
    ...{ opened_at: null, finished_at: null, read: 0, inserted: 0, updated: 0, unchanged: 0, filtered: 0, late: 0 },
    ...{ dead_lettered: 0, revenue: '0', error: null },
  };
}
