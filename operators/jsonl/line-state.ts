import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { TillstreamError } from '../../engine/errors.ts';

/** What the JSON Lines source needs to go on from a position, as plain JSON. */
const LineState = Type.Object({
  /** Offset in the (decoded) text of the next line. */
  offset: Type.Integer({ minimum: 0 }),
  /** Its number, from 1. */
  line: Type.Integer({ minimum: 1 }),
  /** Number of the next batch. */
  sequence: Type.Integer({ minimum: 0 }),
  /** Fields seen so far. */
  names: Type.Array(Type.String()),
  compression: Type.Union([Type.Literal('none'), Type.Literal('gzip')]),
  encoding: Type.String(),
  /** Bytes of the file that `sha256` covers: all of it at the last position. */
  hashedBytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String(),
});

export type LineState = Static<typeof LineState>;

/** Throws `bad_resume_state` for what is no state of this source. */
export function parseLineState(state: unknown): LineState {
  if (Value.Check(LineState, state)) return state;
  const error = Value.Errors(LineState, state).First();
  const what = `state${error?.path ?? ''}: ${error?.message ?? 'unknown'}`;
  throw new TillstreamError('bad_resume_state', `cannot resume: ${what}`);
}
