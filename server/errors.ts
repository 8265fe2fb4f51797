import { TillstreamError } from '../engine/errors.ts';

/** Every problem there can be: status, and a title that is the same each time. Codes are never reused for something else. */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not as described' },
  invalid_period: { status: 400, title: 'The period ends before it begins' },
  malformed_body: { status: 400, title: 'The body cannot be read' },
  no_file_sent: { status: 400, title: 'The upload holds no file' },
  token_required: { status: 401, title: 'A token is needed' },
  foreign_origin: { status: 403, title: 'The request comes from another site' },
  foreign_host: { status: 403, title: 'The request was addressed to another host' },
  not_found: { status: 404, title: 'There is no such thing' },
  no_such_run: { status: 404, title: 'There is no such run' },
  no_such_alert: { status: 404, title: 'There is no such alert' },
  no_such_check: { status: 404, title: 'There is no such check' },
  no_such_job: { status: 404, title: 'There is no such job' },
  no_such_operator: { status: 404, title: 'There is no such operator' },
  nothing_running: { status: 409, title: 'Nothing is running' },
  run_ended: { status: 409, title: 'The run has ended' },
  alert_ended: { status: 409, title: 'The alert is over' },
  alert_superseded: { status: 409, title: 'Another alert is open for the same subject' },
  job_running: { status: 409, title: 'The job is running' },
  job_paused_by_configuration: { status: 409, title: 'The job is paused in the configuration' },
  jobs_elsewhere: { status: 409, title: 'Jobs do not run here' },
  too_large: { status: 413, title: 'The body is too large' },
  not_a_sales_file: { status: 415, title: 'The file is not of a kind that the inbox takes' },
  unsupported_media_type: { status: 415, title: 'The body is of a kind that is not taken here' },
  upgrade_required: { status: 426, title: 'This is a WebSocket' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong here' },
  stopping: { status: 503, title: 'The server is stopping' },
  unavailable: { status: 503, title: 'What is needed for the answer is not there' },
  disk_full: { status: 507, title: 'The disk is full' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;
export type ProblemCode = keyof typeof PROBLEMS;

/** A place in the request and what is wrong with it. */
export interface Misfit {
  readonly place: string;
  readonly message: string;
}

/** A problem that a route throws; the sentence says what was expected and what was got. */
export class ProblemError extends TillstreamError {
  readonly problem: ProblemCode;
  readonly errors: readonly Misfit[] | undefined;

  constructor(problem: ProblemCode, message: string, context: { cause?: unknown; errors?: readonly Misfit[] } = {}) {
    super(problem, message, { cause: context.cause });
    this.problem = problem;
    this.errors = context.errors;
  }
}

/** The server may be reached from elsewhere only by those who know a token. */
export function tokenNeeded(host: string): TillstreamError {
  const message = `to listen on ${host}, which others can reach, give a token (--token); without one only 127.0.0.1 is served`;
  return new TillstreamError('token_needed', message);
}

export function weakToken(length: number, least: number): TillstreamError {
  return new TillstreamError('weak_token', `a token needs at least ${least} characters, got ${length}`);
}

export function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): TillstreamError {
  const why =
    cause.code === 'EADDRINUSE'
      ? `port ${port} is taken; choose another with --port`
      : cause.code === 'EACCES'
        ? `port ${port} needs more rights; choose one above 1023 with --port`
        : cause.message;
  return new TillstreamError('cannot_listen', `cannot listen on ${host}: ${why}`, { cause });
}
