import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Cell, csvText } from './csv.ts';

/**
 * Marks the answer with what it depends on. True if the client has that very answer: then it gets 304 and nothing is asked of the
 * warehouse.
 */
export function isKnown(request: FastifyRequest, reply: FastifyReply, ...dependsOn: readonly unknown[]): boolean {
  const digest = createHash('sha256')
    .update(JSON.stringify([request.url, ...dependsOn]))
    .digest('base64url');
  const etag = `"${digest.slice(0, 27)}"`;
  reply.header('etag', etag).header('cache-control', 'private, no-cache');
  const known = request.headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return known?.includes(etag) ?? false;
}

/** Sends rows as a CSV to be saved under that name. */
export function sendCsv<Column extends string>(
  reply: FastifyReply,
  name: string,
  columns: readonly Column[],
  rows: Iterable<{ readonly [Name in Column]?: Cell }>,
): FastifyReply {
  return csvReply(reply, name).send(csvText(columns, rows));
}

/** An answer that is about to be CSV. */
export function csvReply(reply: FastifyReply, name: string): FastifyReply {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}.csv"`)
    .serializer(String);
}
