import { Type } from '@sinclair/typebox';
import { CALL_REASONS } from '../async-map/call-options.ts';
import { HeadersOption } from './headers.ts';

/** What every operator that sends requests lets people say about them. */
export const RequestOptions = {
  headers: HeadersOption,
  maxResponseBytes: Type.Integer({
    minimum: 1,
    maximum: 268_435_456,
    default: 10_485_760,
    description: 'Longest answer that is taken, in bytes.',
  }),
} as const;

/** The reasons that requests for single records bring with them. */
export const REQUEST_REASONS: Readonly<Record<string, string>> = {
  ...CALL_REASONS,
  call_refused: 'The service has refused the request (a 4xx status, or a redirect, which is not followed).',
  bad_answer: 'The answer is too long, no JSON, or not what the options say.',
  missing_value: 'A field that the request needs has no value.',
};
