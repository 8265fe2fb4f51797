import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { TillstreamError } from '../../engine/errors.ts';

/** What the CSV source needs to go on from a position, as plain JSON. */
export const SourceState = Type.Object({
  /** Offset in the (decoded) text of the next record. */
  offset: Type.Integer({ minimum: 0 }),
  /** Its line, from 1. */
  line: Type.Integer({ minimum: 1 }),
  /** Number of the next batch. */
  sequence: Type.Integer({ minimum: 0 }),
  names: Type.Array(Type.String(), { minItems: 1 }),
  /** The header's cells as they stand in the file; null without a header. */
  header: Type.Union([Type.Array(Type.String()), Type.Null()]),
  compression: Type.Union([Type.Literal('none'), Type.Literal('gzip')]),
  encoding: Type.String(),
  /** Line break after the first record. */
  newline: Type.String(),
  /** Bytes of the file that `sha256` covers: all of it at the last position. */
  hashedBytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String(),
});

export type SourceState = Static<typeof SourceState>;

/** Throws `bad_resume_state` for what is no state of this source. */
export function parseSourceState(state: unknown): SourceState {
  if (Value.Check(SourceState, state)) return state;
  const error = Value.Errors(SourceState, state).First();
  throw new TillstreamError(
    'bad_resume_state',
    `cannot resume: state${error?.path ?? ''}: ${error?.message ?? 'unknown'}`,
  );
}
