import { basename } from 'node:path';
import { type Dialect, fillDialect } from '../csv/dialect.ts';
import type { CanonicalDefaults, CanonicalMap } from './canonical.ts';
import { currencySign, fieldDescriptors, fileMissingValues, readColumns } from './infer-fields.ts';
import { type MapResult, mapColumns, type ReadColumn } from './infer-map.ts';
import type { DatasetDescriptor } from './schema.ts';
import { unreadableShare } from './unreadable.ts';

/** Records from several places of a file, with how they were read. */
export interface FileSample {
  /** Column names; for a file without header, made up. */
  readonly header: readonly string[];
  readonly records: readonly (readonly string[])[];
  /** What differs from the usual dialect. */
  readonly dialect: Partial<Dialect>;
  /** What speaks for the dialect, as sentences. */
  readonly evidence: readonly string[];
}

/** What was found out about one column. */
export interface ColumnReport {
  readonly column: string;
  readonly type: string;
  readonly format?: string;
  /** 0 to 1. */
  readonly confidence: number;
  readonly evidence: string;
  /** Types that were tried, and the share of values that each fits. */
  readonly tried: Readonly<Record<string, number>>;
  readonly canonical?: string;
  readonly mapConfidence?: number;
  readonly mapEvidence?: string;
}

/** How an inferred dataset came about. */
export interface InferenceReport {
  readonly file: string;
  readonly records: number;
  /** 0 to 1: the least sure of what the figures depend on. */
  readonly confidence: number;
  readonly columns: readonly ColumnReport[];
  /** Sentences: the dialect's evidence, what was considered and not taken, what to look at. */
  readonly notes: readonly string[];
}

export interface Inference {
  /** A name for the dataset, from the file's. */
  readonly name: string;
  readonly descriptor: DatasetDescriptor;
  readonly report: InferenceReport;
}

/** Works out a dataset from a sample of a file. */
export function inferFromSample(file: string, sample: FileSample): Inference {
  const dialect = fillDialect(sample.dialect);
  const columns = readColumns(sample.header, sample.records, dialect.delimiter);
  const mapping = mapColumns(columns);
  const missingValues = fileMissingValues(columns);
  const fields = fieldDescriptors(columns, mapping.mapped, missingValues);
  const defaults = defaultsOf(columns, mapping);
  const descriptor: DatasetDescriptor = {
    description: `Inferred from ${basename(file)}.`,
    match: dialect.header ? { header: matchColumns(columns, mapping) } : { files: [`${datasetName(file)}*`] },
    ...(Object.keys(sample.dialect).length > 0 && { dialect: sample.dialect }),
    fields,
    missingValues,
    map: Object.fromEntries(mapping.mapped.map(({ canonical, column }) => [canonical, column])) as CanonicalMap,
    ...(Object.keys(defaults).length > 0 && { defaults }),
    contract: { columns: 'evolve', types: 'discard_row' },
    disposition: 'append',
  };
  const report = reportOf(file, sample, columns, mapping);
  const misread = misreadNotes(columns, descriptor);
  return { name: datasetName(file), descriptor, report: { ...report, notes: [...report.notes, ...misread] } };
}

/** `sales_20251113_134442.csv.gz` is of `sales`. */
export function datasetName(file: string): string {
  const stem = basename(file).replace(/(?:\.(?:csv|tsv|txt|gz|dat))+$/i, '');
  const words = stem
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/(?:^|_)\d[\d_]*(?=_|$)/g, '_')
    .replace(/_+/g, '_')
    .replace(/^[_\d]+|_+$/g, '')
    .toLowerCase();
  return words || 'sales';
}

function defaultsOf(columns: readonly ReadColumn[], { mapped }: MapResult): CanonicalDefaults {
  const currency = currencySign(columns);
  return currency !== undefined && !mapped.some(({ canonical }) => canonical === 'currency') ? { currency } : {};
}

/** A file of the dataset must have the columns that the figures come from. */
function matchColumns(columns: readonly ReadColumn[], { mapped }: MapResult): string[] {
  const used = new Set(mapped.map(({ column }) => column));
  const names = columns.map(({ name }) => name).filter((name) => used.has(name));
  return names.length > 0 ? names : columns.map(({ name }) => name);
}

function reportOf(
  file: string,
  sample: FileSample,
  columns: readonly ReadColumn[],
  mapping: MapResult,
): InferenceReport {
  const reports = columns.map(({ name, reading }): ColumnReport => {
    const found = mapping.mapped.find(({ column }) => column === name);
    return {
      column: name,
      type: reading.type,
      ...(reading.format !== undefined && { format: reading.format }),
      confidence: rounded(reading.confidence),
      evidence: reading.evidence,
      tried: Object.fromEntries(Object.entries(reading.tried).map(([type, fit]) => [type, rounded(fit)])),
      ...(found && {
        canonical: found.canonical,
        mapConfidence: rounded(found.confidence),
        mapEvidence: found.evidence,
      }),
    };
  });
  const decisive = reports.filter(({ canonical }) => canonical !== undefined);
  const confidence = Math.min(1, ...decisive.map(({ confidence: type, mapConfidence = 1 }) => type * mapConfidence));
  const notes = [...sample.evidence, ...openQuestions(columns, mapping)];
  return {
    file,
    records: sample.records.length,
    confidence: decisive.length === 0 ? 0 : rounded(confidence),
    columns: reports,
    notes,
  };
}

function openQuestions(columns: readonly ReadColumn[], { mapped, rejected }: MapResult): string[] {
  const has = (...names: string[]) => mapped.some(({ canonical }) => names.includes(canonical));
  const uncertain = columns.filter(({ reading }) => !reading.certain);
  const considered = rejected.filter(({ confidence, canonical }) => confidence > 0.1 && !has(canonical));
  return [
    ...uncertain.map(
      ({ name, reading }) =>
        `"${name}": ${reading.evidence}; ${reading.format ?? 'the decimal sign'} is a guess, please check`,
    ),
    ...considered.map(
      ({ canonical, column, evidence }) => `"${column}" was considered for ${canonical} and not taken: ${evidence}`,
    ),
    ...costQuestion(mapped),
    ...(has('sold_at') ? [] : ['no column says when it was sold: the sales will have no day']),
    ...(has('revenue') || (has('quantity') && has('unit_price'))
      ? []
      : ['no column gives the money of a line, and quantity and price to derive it from are not both there']),
  ];
}

/** A cost that neither profit nor margins place could be of one unit or of the line. */
function costQuestion(mapped: MapResult['mapped']): string[] {
  const cost = mapped.find(({ canonical }) => canonical === 'cost' || canonical === 'unit_cost');
  if (!cost || cost.placed) return [];
  const other = cost.canonical === 'cost' ? 'unit_cost' : 'cost';
  return [
    `"${cost.column}" is taken for ${cost.canonical}; if it is the cost of ${other === 'cost' ? 'the line' : 'one unit'}, map it to ${other}`,
  ];
}

/** What of the sample the inferred fields cannot read: the fields are tried as the validator will use them. */
function misreadNotes(columns: readonly ReadColumn[], { fields, missingValues = [''] }: DatasetDescriptor): string[] {
  return fields.flatMap((field, i) => {
    const share = unreadableShare(field, columns[i]!.texts, missingValues);
    return share === 0
      ? []
      : [
          `"${field.name}": ${(share * 100).toFixed(1)} % of the sampled values are no ${field.type}; such records will be dead letters`,
        ];
  });
}

function rounded(share: number): number {
  return Math.round(share * 100) / 100;
}

/** The report as lines for a terminal. */
export function describeInference({ report, name }: Inference): string[] {
  const { columns, records, confidence, notes, file } = report;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return [
    `${basename(file)}: ${records} records sampled; dataset "${name}", ${percent(confidence)} sure`,
    ...columns.map(({ column, type, format, canonical, mapConfidence, mapEvidence, confidence: sure, evidence }) => {
      const is = `  ${column}: ${type}${format === undefined ? '' : ` ${format}`} (${percent(sure)}: ${evidence})`;
      return canonical === undefined
        ? `${is}; kept as an attribute`
        : `${is} → ${canonical} (${percent(mapConfidence ?? 0)}: ${mapEvidence})`;
    }),
    ...notes.map((note) => `  ${note}`),
  ];
}
