import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TillstreamError } from '../engine/errors.ts';
import { suggestion } from '../engine/nearest.ts';
import { type Misfit, PROBLEMS, type ProblemCode, ProblemError } from './errors.ts';
import type { Problem } from './schemas/common.ts';

/** What Fastify and its plugins throw, by their codes. */
const FOREIGN: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_VALIDATION: 'invalid_request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_body',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_body',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_body',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_REQ_FILE_TOO_LARGE: 'too_large',
  FST_FILES_LIMIT: 'too_large',
  FST_PARTS_LIMIT: 'too_large',
  FST_FIELDS_LIMIT: 'too_large',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'unsupported_media_type',
  FST_ERR_REOPENED_CLOSE_SERVER: 'stopping',
  ENOSPC: 'disk_full',
};

/** Every answer that is not a success is a problem document (RFC 9457). */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const found = problemError(error);
    const { status } = PROBLEMS[found.problem];
    if (status >= 500) request.log.error({ err: error }, 'request failed');
    else request.log.info({ code: found.problem, detail: found.message }, 'request refused');
    return sendProblem(request, reply, found);
  });
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, error: ProblemError): FastifyReply {
  const problem = problemOf(error, request);
  // As text, so that no response schema of the route reshapes it.
  return reply.code(problem.status).type('application/problem+json').serializer(String).send(JSON.stringify(problem));
}

function problemOf({ problem: code, message, errors }: ProblemError, request: FastifyRequest): Problem {
  return {
    type: `/problems/${code}`,
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    detail: message,
    instance: pathOf(request),
    code,
    request_id: request.id,
    ...(errors && { errors: [...errors] }),
  };
}

/** Without the query, which may hold what is nobody's business. */
function pathOf({ url }: FastifyRequest): string {
  return url.split('?')[0] ?? url;
}

/** The error as a problem. What is not known is an internal error, and its message stays here. */
export function problemError(error: FastifyError): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error.validation) return invalid(error);
  if (error instanceof TillstreamError) return fromBelow(error);
  const code = FOREIGN[error.code];
  if (code) return new ProblemError(code, error.message, { cause: error });
  if (error.statusCode === 429) return new ProblemError('too_many_requests', error.message, { cause: error });
  if (error.statusCode && error.statusCode < 500) {
    return new ProblemError('invalid_request', error.message || String(STATUS_CODES[error.statusCode]), {
      cause: error,
    });
  }
  return new ProblemError('internal_error', 'the log says more, under the request id', { cause: error });
}

/** Errors of the warehouse and the jobs say what to do; their codes go into the sentence. */
function fromBelow(error: TillstreamError): ProblemError {
  const code = error.code in PROBLEMS ? (error.code as ProblemCode) : 'unavailable';
  return new ProblemError(code, error.message, { cause: error });
}

function invalid({ validation, validationContext, message }: FastifyError): ProblemError {
  const errors = (validation ?? []).map((found): Misfit => {
    const { instancePath, message: said, keyword, params } = found;
    const unknown = keyword === 'additionalProperties' ? String(params.additionalProperty) : null;
    const place = `${validationContext ?? 'request'}${instancePath}${unknown === null ? '' : `/${unknown}`}`;
    return {
      place,
      message: unknown === null ? wording(said, keyword, params) : `is not known here${nearest(unknown, found)}`,
    };
  });
  const detail = errors.length > 0 ? errors.map(({ place, message: said }) => `${place} ${said}`).join('; ') : message;
  return new ProblemError('invalid_request', detail, { errors });
}

/** The name that was meant, or those there are; the validator says which schema it was. */
function nearest(name: string, found: object): string {
  const { parentSchema = {} } = found as { parentSchema?: { properties?: object } };
  return suggestion(name, Object.keys(parentSchema.properties ?? {}));
}

function wording(said: string | undefined, keyword: string, params: Record<string, unknown>): string {
  if (keyword === 'enum') return `must be one of ${(params.allowedValues as string[]).join(', ')}`;
  return said ?? 'is not as described';
}
