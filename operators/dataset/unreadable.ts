import { BytesColumn } from '../../engine/column.ts';
import type { AttributeTyping } from '../formats/attributes.ts';
import { compileAttribute } from '../formats/compile.ts';
import type { FieldDescriptor } from './schema.ts';

/** Share of the texts that the field's own format cannot read. */
export function unreadableShare(
  field: FieldDescriptor,
  texts: readonly string[],
  missingValues: readonly string[],
): number {
  if (texts.length === 0) return 0;
  let unreadable = 0;
  const typing = typingOf(field, missingValues);
  typing.members(cellsOf(texts), (_, { code }) => {
    if (code.startsWith('not_a')) unreadable++;
    return true;
  });
  return unreadable / texts.length;
}

/** How fields are read, by what their values are missing as: it is asked anew for every file of a dataset. */
const typings = new WeakMap<FieldDescriptor, WeakMap<readonly string[], AttributeTyping>>();

function typingOf(field: FieldDescriptor, missingValues: readonly string[]): AttributeTyping {
  const known = typings.get(field) ?? new WeakMap<readonly string[], AttributeTyping>();
  const typing = known.get(missingValues) ?? compileAttribute(field, { missingValues, trim: true });
  typings.set(field, known.set(missingValues, typing));
  return typing;
}

function cellsOf(texts: readonly string[]): BytesColumn {
  const parts = texts.map((text) => Buffer.from(text));
  const ends = new Int32Array(parts.length);
  for (const [i, { length }] of parts.entries()) ends[i] = (ends[i - 1] ?? 0) + length;
  const starts = ends.map((end, i) => end - parts[i]!.length);
  return new BytesColumn(Buffer.concat(parts), starts, ends, 1, 0, parts.length);
}
