import { CallError } from '../async-map/call-error.ts';
import { parseJson, TooDeep } from '../values/exact-json.ts';
import type { HttpAnswer } from './client.ts';
import { valueAt } from './json-path.ts';

/** The answer as JSON; null where it has no body. Throws a CallError, `bad_answer`, where it is none. */
export function jsonOf({ body, status }: HttpAnswer): unknown {
  if (body.trim() === '') return null;
  try {
    return parseJson(body);
  } catch (error) {
    if (error instanceof TooDeep) throw badAnswer(`in the answer (status ${status}) ${error.message}`);
    const start = JSON.stringify(body.trim().slice(0, 60));
    throw badAnswer(`the answer (status ${status}) is no JSON; it begins with ${start}`);
  }
}

/** The list at a path in the answer, of that length if one is given. Throws a CallError, `bad_answer`, where there is none. */
export function listAt(json: unknown, path: string, length?: number): readonly unknown[] {
  const list = valueAt(json, path);
  const place = path === '' ? '' : ` at "${path}"`;
  if (!Array.isArray(list)) throw badAnswer(`expected a list${place} in the answer`);
  if (length === undefined || list.length === length) return list;
  throw badAnswer(`expected ${length} results${place}, one for each record, got ${list.length}`);
}

/** What comes back may be wrong for one record, and is wrong again when it is asked for again. */
function badAnswer(message: string): CallError {
  return new CallError('bad_answer', message, { isPassing: false });
}
