import { readFile } from 'node:fs/promises';
import { TillstreamError } from '../../engine/errors.ts';
import { type Dialect, fillDialect } from '../csv/dialect.ts';
import type { CanonicalDefaults, CanonicalMap } from './canonical.ts';
import { CONFIG_FILE } from './config-file.ts';
import { crossProblems } from './cross-checks.ts';
import { type PlacedJson, parsePlacedJson } from './json-places.ts';
import { ConfigError } from './problem.ts';
import {
  Configuration,
  type ContractMode,
  type DatasetDescriptor,
  type FieldDescriptor,
  type Output,
  type Step,
} from './schema.ts';
import { schemaProblems } from './schema-problems.ts';
import type { AlertSettings } from './settings/alerts.ts';
import type { JobSettings } from './settings/jobs.ts';
import type { MonitoringSettings } from './settings/monitoring.ts';

/** A dataset with everything said that its descriptor left to defaults. Frozen. */
export interface Dataset {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** `header` are the columns a file must have. */
  readonly match: { readonly files: readonly string[]; readonly header: readonly string[] };
  readonly dialect: Dialect;
  readonly fields: readonly FieldDescriptor[];
  readonly missingValues: readonly string[];
  /** Columns of a record after validate: the canonical name of a field that is mapped, its own of one that is not. */
  readonly primaryKey: readonly string[];
  readonly map: CanonicalMap;
  readonly defaults: CanonicalDefaults;
  readonly contract: { readonly columns: ContractMode; readonly types: ContractMode };
  readonly disposition: 'append' | 'merge' | 'replace';
  /** As written, relative to the home folder. */
  readonly catalogue: string | undefined;
  readonly stores: string | undefined;
  readonly outputs: readonly Output[];
  /** The plan as written; undefined for the usual one. */
  readonly operators: readonly Step[] | undefined;
}

/** `schema_config.json`, checked and filled. Frozen. */
export interface Config {
  readonly checkpointBytes: number;
  readonly datasets: ReadonlyMap<string, Dataset>;
  /** As written; who uses them fills in their defaults. */
  readonly jobs: JobSettings;
  readonly monitoring: MonitoringSettings;
  readonly alerts: AlertSettings;
}

export interface ConfigOptions {
  /** Names of the operators there are; without them the plans' names are not checked. */
  readonly operators?: readonly string[];
  /** What the file is called in messages. */
  readonly file?: string;
}

const CHECKPOINT_BYTES = 16 * 1024 * 1024;

/** Reads and checks a configuration file. Throws `unreadable_config`, `malformed_json` or {@link ConfigError}. */
export async function readConfig(path: string, options: ConfigOptions = {}): Promise<Config> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file; `tillstream init` makes one' : cause.message;
    throw new TillstreamError('unreadable_config', `cannot read ${path}: ${why}`, { cause, file: path });
  });
  return parseConfig(text, { file: path, ...options });
}

/** Checks the text of a configuration. Throws `malformed_json` or {@link ConfigError} with all that is wrong. */
export function parseConfig(text: string, options: ConfigOptions = {}): Config {
  const file = options.file ?? CONFIG_FILE;
  const json = parsePlacedJson(text, file);
  return checkConfig(json.value, { ...options, file }, json);
}

/** Checks a configuration that is already in memory. Throws {@link ConfigError}. */
export function checkConfig(value: unknown, options: ConfigOptions = {}, json?: PlacedJson): Config {
  const file = options.file ?? CONFIG_FILE;
  const malformed = schemaProblems(Configuration, value);
  if (malformed.length > 0) throw new ConfigError(file, malformed, json);
  const configuration = structuredClone(value) as Configuration;
  const contradictory = crossProblems(configuration, options.operators);
  if (contradictory.length > 0) throw new ConfigError(file, contradictory, json);
  const datasets = Object.entries(configuration.datasets).map(([name, descriptor]) => fillDataset(name, descriptor));
  return Object.freeze({
    checkpointBytes: configuration.checkpointBytes ?? CHECKPOINT_BYTES,
    datasets: new Map(datasets.map((dataset) => [dataset.name, dataset])),
    jobs: deepFreeze(configuration.jobs ?? {}),
    monitoring: deepFreeze(configuration.monitoring ?? {}),
    alerts: deepFreeze(configuration.alerts ?? {}),
  });
}

/** The dataset that a valid descriptor describes. */
export function fillDataset(name: string, descriptor: DatasetDescriptor): Dataset {
  const { fields, match = {}, map = {}, primaryKey = [], contract = {} } = descriptor;
  return deepFreeze({
    name,
    title: descriptor.title ?? name,
    description: descriptor.description ?? '',
    match: { files: match.files ?? [], header: match.header ?? requiredColumns(fields) },
    dialect: fillDialect(descriptor.dialect),
    fields,
    missingValues: descriptor.missingValues ?? [''],
    primaryKey: [primaryKey].flat().map((name) => recordColumn(name, map)),
    map,
    defaults: descriptor.defaults ?? {},
    contract: { columns: contract.columns ?? 'evolve', types: contract.types ?? 'discard_row' },
    disposition: descriptor.disposition ?? 'append',
    catalogue: descriptor.catalogue,
    stores: descriptor.stores,
    outputs: descriptor.outputs ?? [],
    operators: descriptor.operators,
  });
}

function recordColumn(field: string, map: CanonicalMap): string {
  return Object.entries(map).find(([, name]) => name === field)?.[0] ?? field;
}

function requiredColumns(fields: readonly FieldDescriptor[]): string[] {
  const required = fields.filter(({ constraints }) => constraints?.required);
  return (required.length > 0 ? required : fields).map(({ name }) => name);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
