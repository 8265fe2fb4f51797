/** Why a call came to nothing. `code` becomes the dead letter's reason. */
export class CallError extends Error {
  readonly code: string;
  /** Whether the same call may succeed later: false where the service has understood it and said no. */
  readonly isPassing: boolean;
  /** How long the service asks us to wait, where it does. */
  readonly retryAfterMs: number | null;

  constructor(code: string, message: string, more: { isPassing?: boolean; retryAfterMs?: number | null } = {}) {
    super(message);
    this.name = 'CallError';
    this.code = code;
    this.isPassing = more.isPassing ?? true;
    this.retryAfterMs = more.retryAfterMs ?? null;
  }
}

/** What any function may throw, as a CallError; of what is not known it is supposed that it passes. */
export function callError(error: unknown): CallError {
  if (error instanceof CallError) return error;
  return new CallError('call_failed', error instanceof Error ? error.message : String(error));
}
