import type { Drift } from '../warehouse.ts';
import type { Dataset } from './config.ts';
import { driftFromLast } from './drift-since.ts';
import { beforeOf, type DriftAction, type Finding, reordered } from './finding.ts';
import { matchHeader } from './header.ts';
import type { ColumnProfile, FileShape } from './profile.ts';
import { findRenames, HIGH_CONFIDENCE, type Rename } from './rename-confidence.ts';
import type { FieldDescriptor } from './schema.ts';
import { unreadableShare } from './unreadable.ts';

export type { DriftAction, Finding } from './finding.ts';

/** What a file's drift comes to. */
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
