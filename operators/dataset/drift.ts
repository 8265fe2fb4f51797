import { BytesColumn } from '../../engine/column.ts';
import { compileAttribute } from '../formats/compile.ts';
import type { Drift } from '../warehouse.ts';
import type { Dataset } from './config.ts';
import { headerKey, matchHeader } from './header.ts';
import type { ColumnProfile, FileShape } from './profile.ts';
import { findRenames, HIGH_CONFIDENCE, isCompatible, type Rename } from './rename-confidence.ts';
import type { FieldDescriptor } from './schema.ts';

/** One way in which a file's columns differ from what was expected. */
export interface Finding {
  readonly kind: 'added' | 'removed' | 'renamed' | 'retyped' | 'reordered';
  readonly against: 'dataset' | 'file';
  /** The field or, where there is none, the column of this file. */
  readonly column: string;
  readonly was?: string;
  readonly is?: string;
  /** 0 to 1; below 1 for what the sample only suggests. */
  readonly confidence: number;
  /** A sentence for the file's owner. */
  readonly message: string;
  readonly action: DriftAction;
}

/** What the contract makes of a finding. */
export type DriftAction =
  | 'noted'
  | 'mapped'
  | 'kept_as_attributes'
  | 'value_discarded'
  | 'record_discarded'
  | 'file_failed';

export interface DriftReport {
  readonly findings: readonly Finding[];
  /** Field name to the column that holds it here, where it was renamed and the contract lets it be mapped. */
  readonly renames: Readonly<Record<string, string>>;
  /** Why the file must not be loaded. */
  readonly failure?: string;
}

/** Compares a file with its dataset and with the last file of the dataset, if there was one. */
export function findDrift(dataset: Dataset, shape: FileShape, last?: FileShape): DriftReport {
  if (dataset.dialect.header === false) return { findings: [], renames: {} };
  const { findings, renames } = driftFromDataset(dataset, shape, last);
  const failure = failureOf(dataset, shape, findings, renames);
  const all = last ? [...findings, ...driftFromLast(dataset, shape, last)] : findings;
  return { findings: all, renames, ...(failure !== undefined && { failure }) };
}

/** The findings as the warehouse keeps them. */
export function driftRecords({ findings }: DriftReport): Drift[] {
  return findings.map(({ kind, column, against, action, ...detail }) => ({
    change: kind,
    field: column,
    against,
    action,
    detail,
  }));
}

type Found = { findings: Finding[]; renames: Record<string, string> };

function driftFromDataset(dataset: Dataset, shape: FileShape, last: FileShape | undefined): Found {
  const { columns, missing, extra } = matchHeader(dataset.fields, shape.header);
  const unknown = extra.map((i) => shape.columns[i]!);
  const lost = missing.map((field) => ({ field, ...beforeOf(field, last) }));
  const likely = findRenames(lost, unknown);
  const mapped = new Set(likely.filter((rename) => isMapped(dataset, rename)));
  const renames = Object.fromEntries([...mapped].map(({ field, column }) => [field, column]));
  const settled = new Set([...mapped].flatMap(({ field, column }) => [`field ${field}`, `column ${column}`]));
  const findings = [
    ...likely.map((rename) => renamed(dataset, rename, mapped.has(rename))),
    ...missing.filter(({ name }) => !settled.has(`field ${name}`)).map((field) => removed(dataset, field)),
    ...unknown.filter(({ name }) => !settled.has(`column ${name}`)).map(({ name }) => added(dataset, name)),
    ...[...columns].flatMap(([name, at]) => retyped(dataset, name, shape.columns[at]!)),
    ...reordered(
      dataset.fields.filter(({ name }) => columns.has(name)).map(({ name }) => name),
      columns,
      'dataset',
    ),
  ];
  return { findings, renames };
}

function beforeOf(field: FieldDescriptor, last: FileShape | undefined): { before?: ColumnProfile } {
  const at = last && matchHeader([field], last.header).columns.get(field.name);
  const before = at === undefined ? undefined : last?.columns[at];
  return before ? { before } : {};
}

function isMapped(dataset: Dataset, { confidence, clear }: Rename): boolean {
  return dataset.contract.columns === 'evolve' && confidence >= HIGH_CONFIDENCE && clear;
}

function renamed(dataset: Dataset, { field, column, confidence, clear }: Rename, mapped: boolean): Finding {
  const certainty = `${Math.round(confidence * 100)} % sure`;
  const seems = `"${field}" seems to be called "${column}" here (${certainty}, by name and values)`;
  const cure = `an alias "${column}" on the field would settle it`;
  const { columns } = dataset.contract;
  const why = !clear
    ? 'another column comes as near'
    : columns === 'evolve'
      ? 'that is not sure enough'
      : `the contract for columns is ${columns}`;
  const message = mapped ? `${seems}; it is read as such` : `${seems}, but ${why}; ${cure}`;
  const action = mapped ? 'mapped' : columns === 'freeze' ? 'file_failed' : 'noted';
  return { kind: 'renamed', against: 'dataset', column: field, was: field, is: column, confidence, message, action };
}

function removed(dataset: Dataset, field: FieldDescriptor): Finding {
  const required = field.constraints?.required === true;
  const fails = required || dataset.contract.columns === 'freeze';
  const outcome = required ? 'is missing, and no record is valid without it' : 'is missing; its values are';
  const message = `the column "${field.name}" ${outcome}`;
  return {
    kind: 'removed',
    against: 'dataset',
    column: field.name,
    was: field.name,
    confidence: 1,
    message,
    action: fails ? 'file_failed' : 'noted',
  };
}

const ADDED: Readonly<Record<Dataset['contract']['columns'], { action: DriftAction; outcome: string }>> = {
  evolve: { action: 'kept_as_attributes', outcome: 'its values are kept as attributes' },
  freeze: { action: 'file_failed', outcome: 'the contract allows no new columns' },
  discard_row: { action: 'record_discarded', outcome: 'records with a value in it are discarded' },
  discard_value: { action: 'value_discarded', outcome: 'its values are left out' },
};

function added(dataset: Dataset, name: string): Finding {
  const { action, outcome } = ADDED[dataset.contract.columns];
  return {
    kind: 'added',
    against: 'dataset',
    column: name,
    is: name,
    confidence: 1,
    message: `the column "${name}" is no field of the dataset; ${outcome}`,
    action,
  };
}

const RETYPED: Readonly<Record<Dataset['contract']['types'], { action: DriftAction; outcome: string }>> = {
  evolve: { action: 'record_discarded', outcome: 'records with such values are rejected' },
  freeze: { action: 'file_failed', outcome: 'the contract allows no other types' },
  discard_row: { action: 'record_discarded', outcome: 'records with such values are rejected' },
  discard_value: { action: 'value_discarded', outcome: 'such values count as missing' },
};

/** Most of the frequent values cannot be read as the field's: then it is the column that changed and not its values. */
const MOST = 0.5;

function retyped(dataset: Dataset, name: string, column: ColumnProfile): Finding[] {
  const field = dataset.fields.find((candidate) => candidate.name === name)!; // The name comes from these fields.
  const unreadable = unreadableShare(field, column.values, dataset.missingValues);
  if (unreadable <= MOST) return [];
  const { action, outcome } = RETYPED[dataset.contract.types];
  const { type = 'string', format } = field;
  const [was, is] = [format ?? type, column.format ?? column.type];
  const sampled = `${Math.round(unreadable * 100)} % of the values sampled are none`;
  const message = `"${name}" should be ${was} and seems to be ${is} (${sampled}); ${outcome}`;
  return [{ kind: 'retyped', against: 'dataset', column: name, was, is, confidence: unreadable, message, action }];
}

/** Share of the texts that the field's own format cannot read. */
function unreadableShare(field: FieldDescriptor, texts: readonly string[], missingValues: readonly string[]): number {
  if (texts.length === 0) return 0;
  let unreadable = 0;
  const typing = compileAttribute(field, { missingValues, trim: true });
  typing.members(cellsOf(texts), (_, { code }) => {
    if (code.startsWith('not_a')) unreadable++;
    return true;
  });
  return unreadable / texts.length;
}

function cellsOf(texts: readonly string[]): BytesColumn {
  const parts = texts.map((text) => Buffer.from(text));
  const ends = new Int32Array(parts.length);
  for (const [i, { length }] of parts.entries()) ends[i] = (ends[i - 1] ?? 0) + length;
  const starts = ends.map((end, i) => end - parts[i]!.length);
  return new BytesColumn(Buffer.concat(parts), starts, ends, 1, 0, parts.length);
}

/** Formats that read the same texts: a sample of dates says nothing of seconds that it has not. */
function sameFormat(a: string, b: string): boolean {
  const dateOf = (format: string) =>
    format
      .replace(/[ T]?%[HI].*$/, '')
      .replace('%e', '%d')
      .replace('%F', '%Y-%m-%d');
  return dateOf(a) === dateOf(b);
}

/** `columns` gives the place of each of `names` here; they should ascend. */
function reordered(
  names: readonly string[],
  columns: ReadonlyMap<string, number>,
  against: 'dataset' | 'file',
): Finding[] {
  const here = [...names].sort((a, b) => columns.get(a)! - columns.get(b)!);
  const moved = names.filter((name, i) => here[i] !== name);
  if (moved.length === 0) return [];
  const [was, is] = [names.join(', '), here.join(', ')];
  const message = `the columns stand in another order than in the ${against === 'file' ? 'last file' : 'dataset'}; they are read by their names`;
  return [{ kind: 'reordered', against, column: moved.join(', '), was, is, confidence: 1, message, action: 'noted' }];
}

function failureOf(
  dataset: Dataset,
  shape: FileShape,
  findings: readonly Finding[],
  renames: Readonly<Record<string, string>>,
): string | undefined {
  const grave = findings.filter(
    ({ action, kind, column }) => action === 'file_failed' && !(kind === 'removed' && column in renames),
  );
  if (grave.length === 0) return undefined;
  const { columns } = dataset.contract;
  const cure =
    columns === 'freeze'
      ? `; adapt the dataset's fields or set its contract to evolve`
      : `; it has the columns ${shape.header.join(', ')}`;
  return `the file is not as the dataset "${dataset.name}" demands: ${grave.map(({ message }) => message).join('; ')}${cure}`;
}

/** What changed since the last file; the contract is about the dataset, so here all is only noted. */
function driftFromLast(dataset: Dataset, shape: FileShape, last: FileShape): Finding[] {
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
