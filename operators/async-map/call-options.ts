import { type Static, Type } from '@sinclair/typebox';

/** How calls to something slow and unreliable are made. Shared by all operators that make any. */
export const CallOptions = {
  timeoutMs: Type.Integer({
    minimum: 1,
    maximum: 600_000,
    default: 10_000,
    description: 'How long one attempt may take, in milliseconds.',
  }),
  retry: Type.Object(
    {
      attempts: Type.Integer({
        minimum: 1,
        maximum: 100,
        default: 4,
        description: 'Attempts in all; 1 never repeats.',
      }),
      firstDelayMs: Type.Integer({ minimum: 0, default: 250, description: 'Wait before the second attempt.' }),
      maxDelayMs: Type.Integer({
        minimum: 0,
        default: 30_000,
        description: 'Longest wait. A service that asks for more with Retry-After is not asked again for this record.',
      }),
    },
    {
      additionalProperties: false,
      default: {},
      description:
        'What is done about failures that may pass (no connection, no answer in time, statuses 408, 425, 429 and 5xx): the same again, after a wait that doubles each time, less a random part of up to half. Retry-After goes before it, for all calls.',
    },
  ),
  breaker: Type.Object(
    {
      failures: Type.Integer({
        minimum: 0,
        default: 10,
        description: 'Calls in a row that fail, with all their attempts, before it opens; 0 for never.',
      }),
      openMs: Type.Integer({
        minimum: 1,
        default: 30_000,
        description: 'How long it stays open. Then one call is tried, and its success closes it.',
      }),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'A circuit breaker: while a service is down it is spared, and no record waits for it.',
    },
  ),
} as const;

/** How many calls are made at a time. */
export const ConcurrencyOptions = {
  concurrency: Type.Integer({ minimum: 1, maximum: 1000, default: 8, description: 'Calls under way at a time.' }),
  ordered: Type.Boolean({
    default: true,
    description: 'Records go on in the order in which they came; else as they are answered.',
  }),
} as const;

export const OnErrorOption = Type.Union([Type.Literal('dead-letter'), Type.Literal('keep')], {
  default: 'dead-letter',
  description:
    'What becomes of a record whose call fails: a dead letter with the reason, or it goes on without values in the fields.',
});

const Filled = Type.Object(CallOptions);
export type CallOptions = Static<typeof Filled>;

/** The reasons that {@link CallOptions} bring with them. */
export const CALL_REASONS: Readonly<Record<string, string>> = {
  call_failed: 'The service could not be reached or failed, in all attempts.',
  timed_out: 'The service did not answer in time, in all attempts.',
  circuit_open: 'The service was not asked, as many calls before had failed.',
};
