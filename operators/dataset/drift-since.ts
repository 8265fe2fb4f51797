import type { Dataset } from './config.ts';
import { beforeOf, type Finding, reordered } from './finding.ts';
import { headerKey, matchHeader } from './header.ts';
import type { ColumnProfile, FileShape } from './profile.ts';
import { findRenames, isCompatible } from './rename-confidence.ts';
import type { FieldDescriptor } from './schema.ts';

/** What changed since the last file; the contract is about the dataset, so here all is only noted. */
export function driftFromLast(dataset: Dataset, shape: FileShape, last: FileShape): Finding[] {
  const fields = last.columns.map(
    ({ name, type }): FieldDescriptor => ({ name, type: type === 'empty' ? 'string' : type }),
  );
  const { columns, missing, extra } = matchHeader(fields, shape.header);
  const unknown = extra.map((i) => shape.columns[i]!);
  const renames = findRenames(
    missing.map((field) => ({ field, ...beforeOf(field, last) })),
    unknown,
  );
  const from = new Set(renames.map(({ field }) => field));
  const to = new Set(renames.map(({ column }) => column));
  const note = { against: 'file', action: 'noted' } as const;
  return [
    ...renames.map(
      ({ field, column, confidence }): Finding => ({
        ...note,
        kind: 'renamed',
        column: field,
        was: field,
        is: column,
        confidence,
        message: `since the last file "${field}" seems to have become "${column}"`,
      }),
    ),
    ...missing
      .filter(({ name }) => !from.has(name))
      .map(
        ({ name }): Finding => ({
          ...note,
          kind: 'removed',
          column: name,
          was: name,
          confidence: 1,
          message: `the last file had a column "${name}"`,
        }),
      ),
    ...unknown
      .filter(({ name }) => !to.has(name))
      .map(
        ({ name }): Finding => ({
          ...note,
          kind: 'added',
          column: name,
          is: name,
          confidence: 1,
          message: `the last file had no column "${name}"`,
        }),
      ),
    ...[...columns].flatMap(([name, at]) =>
      retypedSince(dataset, last.columns.find((c) => c.name === name)!, shape.columns[at]!),
    ),
    ...reordered([...columns.keys()], columns, 'file'),
  ];
}

function retypedSince(dataset: Dataset, before: ColumnProfile, now: ColumnProfile): Finding[] {
  const declared = dataset.fields.find(({ name }) => headerKey(name) === headerKey(now.name))?.type ?? 'string';
  const known = before.type !== 'empty' && now.type !== 'empty';
  // A declared number that happens to be whole in one of the files has not changed its type.
  const changed =
    declared === 'string'
      ? !isCompatible(before.type as FieldType, now.type) && before.type !== 'string'
      : !isCompatible(declared, now.type);
  const reformatted = before.format !== undefined && now.format !== undefined && !sameFormat(before.format, now.format);
  if (!known || !(changed || reformatted)) return [];
  const [was, is] = reformatted ? [before.format!, now.format!] : [before.type, now.type];
  const message = `in the last file "${now.name}" was ${was}, here it is ${is}`;
  return [{ kind: 'retyped', against: 'file', column: now.name, was, is, confidence: 0.9, message, action: 'noted' }];
}

type FieldType = NonNullable<FieldDescriptor['type']>;

/** Formats that read the same texts: a sample of dates says nothing of seconds that it has not. */
function sameFormat(a: string, b: string): boolean {
  const dateOf = (format: string) =>
    format
      .replace(/[ T]?%[HI].*$/, '')
      .replace('%e', '%d')
      .replace('%F', '%Y-%m-%d');
  return dateOf(a) === dateOf(b);
}
