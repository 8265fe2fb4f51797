/** What an error is about, kept beside its sentence. */
export interface ErrorContext {
  readonly cause?: unknown;
  /** Name of the file being read. */
  readonly file?: string;
  /** 1-based line in that file. */
  readonly line?: number;
  /** Id of the operator in its plan. */
  readonly operator?: string;
}

/**
 * An error a person can act on: a sentence that says what to do, and a stable snake_case `code`
 * that is never reused for something else.
 */
export class TillstreamError extends Error {
  readonly code: string;
  readonly file?: string;
  readonly line?: number;
  readonly operator?: string;

  constructor(code: string, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = 'TillstreamError';
    this.code = code;
    if (context.file !== undefined) this.file = context.file;
    if (context.line !== undefined) this.line = context.line;
    if (context.operator !== undefined) this.operator = context.operator;
  }
}

/** The same error with the context that its thrower did not know; what is already there stays. */
export function withContext(error: unknown, context: ErrorContext): Error {
  if (error instanceof Error && error.name === 'AbortError') return error;
  if (error instanceof TillstreamError) {
    const { code, message, cause, file, line, operator } = error;
    const known = { cause, file, line, operator };
    const kept = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
    const merged = new TillstreamError(code, message, { ...context, ...kept });
    if (error.stack) merged.stack = error.stack;
    return merged;
  }
  const message = error instanceof Error ? error.message : String(error);
  return new TillstreamError('operator_failed', `operator "${context.operator}" failed: ${message}`, {
    ...context,
    cause: error,
  });
}

/** An error as plain data, to cross a thread; {@link reviveError} is its inverse. */
export interface ErrorData extends Omit<ErrorContext, 'cause'> {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
}

export function errorData(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  const { code, file, line, operator } = error as Partial<TillstreamError>;
  return JSON.parse(JSON.stringify({ name, message, stack, code, file, line, operator })) as ErrorData;
}

export function reviveError(data: ErrorData): Error {
  const error =
    data.name === 'TillstreamError' && data.code
      ? new TillstreamError(data.code, data.message, data)
      : Object.assign(new Error(data.message), { name: data.name, code: data.code });
  if (data.stack) error.stack = data.stack;
  return error;
}
