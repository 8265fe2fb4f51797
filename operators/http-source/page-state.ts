import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { TillstreamError } from '../../engine/errors.ts';

/** What the HTTP source needs to go on after a page, as plain JSON. */
const PageState = Type.Object({
  /** Address of the next page; null after the last. */
  next: Type.Union([Type.String(), Type.Null()]),
  /** Pages read. */
  pages: Type.Integer({ minimum: 0 }),
  /** Records read, and their length as JSON Lines. */
  records: Type.Integer({ minimum: 0 }),
  offset: Type.Integer({ minimum: 0 }),
  /** Bytes received. */
  bytes: Type.Integer({ minimum: 0 }),
  /** Fields seen so far. */
  names: Type.Array(Type.String()),
  /** Of the first page: to be told at another time if nothing has changed since. */
  etag: Type.Union([Type.String(), Type.Null()]),
});

export type PageState = Static<typeof PageState>;

/** Throws `bad_resume_state` for what is no state of this source. */
export function parsePageState(state: unknown): PageState {
  if (Value.Check(PageState, state)) return state;
  const error = Value.Errors(PageState, state).First();
  const what = `state${error?.path ?? ''}: ${error?.message ?? 'unknown'}`;
  throw new TillstreamError('bad_resume_state', `cannot resume: ${what}`);
}
