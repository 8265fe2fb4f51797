import { suggestion } from '../../engine/nearest.ts';
import { dialectBytes, fillDialect } from '../csv/dialect.ts';
import { Constant } from '../formats/constants.ts';
import { directivesOf } from '../formats/date-directives.ts';
import { canonicalField, FIELD_TYPES_OF_KIND } from './canonical.ts';
import { headerKey } from './header.ts';
import { escapePointer } from './json-places.ts';
import type { Problem } from './problem.ts';
import type { Configuration, DatasetDescriptor, FieldDescriptor } from './schema.ts';
import { shown } from './schema-problems.ts';
import { jobProblems } from './settings/job-problems.ts';

/** What the schema cannot say: names that must exist, values that exclude each other, patterns that must compile. */
export function crossProblems(configuration: Configuration, operators?: readonly string[]): Problem[] {
  const problems = Object.entries(configuration.datasets).flatMap(([name, dataset]) => {
    const at = `/datasets/${escapePointer(name)}`;
    return [
      ...dialectProblems(dataset, at),
      ...dataset.fields.flatMap((field, i) => fieldProblems(field, `${at}/fields/${i}`)),
      ...nameProblems(dataset, at),
      ...mapProblems(dataset, at),
      ...keyProblems(dataset, at),
      ...defaultProblems(dataset, at),
      ...outputProblems(dataset, at),
      ...matchProblems(dataset, at),
      ...(operators ? stepProblems(dataset, at, operators) : []),
    ];
  });
  return [
    ...problems,
    ...timeZoneProblems(configuration.alerts?.quietHours?.timeZone, '/alerts/quietHours/timeZone'),
    ...timeZoneProblems(configuration.jobs?.timeZone, '/jobs/timeZone'),
    ...jobProblems(configuration.jobs),
    ...addressProblems(configuration.alerts?.channels?.webhook?.url, '/alerts/channels/webhook/url'),
  ];
}

function addressProblems(address: string | undefined, pointer: string): Problem[] {
  if (address === undefined || URL.canParse(address)) return [];
  return [{ pointer, message: `expected an address such as "https://example.org/hook", got ${shown(address)}` }];
}

function timeZoneProblems(timeZone: string | undefined, pointer: string): Problem[] {
  if (timeZone === undefined || thrown(() => new Intl.DateTimeFormat('en', { timeZone })) === undefined) return [];
  return [{ pointer, message: `expected a time zone such as "Europe/Berlin", got ${shown(timeZone)}` }];
}

function dialectProblems(dataset: DatasetDescriptor, at: string): Problem[] {
  const fault = thrown(() => dialectBytes(fillDialect(dataset.dialect)));
  return fault === undefined ? [] : [{ pointer: `${at}/dialect`, message: fault }];
}

/** The message of what `attempt` throws. */
function thrown(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function fieldProblems(field: FieldDescriptor, at: string): Problem[] {
  const { constraints = {}, decimalChar, groupChar } = field;
  const problems: Problem[] = [];
  const bad = (key: string, message: string) => problems.push({ pointer: `${at}/${key}`, message });
  if (constraints.pattern !== undefined) {
    const fault = thrown(() => new RegExp(`^(?:${constraints.pattern})$`, 'u'))?.replace(
      /^Invalid regular expression: /,
      '',
    );
    if (fault) bad('constraints/pattern', `expected a regular expression, got ${shown(constraints.pattern)}: ${fault}`);
  }
  if (field.type === 'date' || field.type === 'datetime') {
    const fault = formatFault(field.format);
    if (fault) bad('format', fault);
  }
  if (decimalChar !== undefined && decimalChar === groupChar) {
    bad('groupChar', `expected another sign than decimalChar, got ${shown(groupChar)} for both`);
  }
  for (const [least, greatest] of [
    ['minimum', 'maximum'],
    ['minLength', 'maxLength'],
  ] as const) {
    const [low, high] = [constraints[least], constraints[greatest]];
    if (low !== undefined && high !== undefined && typeof low === typeof high && low > high) {
      bad(`constraints/${least}`, `expected at most ${greatest} (${shown(high)}), got ${shown(low)}`);
    }
  }
  for (const bound of ['minimum', 'maximum'] as const) {
    const fault = boundFault(field.type ?? 'string', constraints[bound]);
    if (fault) bad(`constraints/${bound}`, `${fault}, got ${shown(constraints[bound])}`);
  }
  return problems;
}

const NAMED_FORMATS = ['any', 'default', 'epoch'];

function formatFault(format = 'default'): string | undefined {
  if (NAMED_FORMATS.includes(format)) return undefined;
  if (format.includes('%')) return thrown(() => directivesOf(format));
  return `expected a pattern such as "%d/%m/%Y %H:%M" or one of ${NAMED_FORMATS.join(', ')}, got ${shown(format)}${suggestion(format, NAMED_FORMATS)}`;
}

function boundFault(type: string, bound: unknown): string | undefined {
  if (bound === undefined) return undefined;
  const isNumber = typeof bound === 'number' || /^[+-]?\d+(\.\d+)?$/.test(String(bound));
  if (type === 'integer' || type === 'number')
    return isNumber ? undefined : `expected a number, as the field is of type ${type}`;
  if (type === 'date' || type === 'datetime') {
    return Number.isNaN(Date.parse(String(bound))) || typeof bound === 'number'
      ? `expected a date such as "2024-01-31", as the field is of type ${type}`
      : undefined;
  }
  return `expected no bound, as the field is of type ${type}; minLength, maxLength, pattern and enum are for texts`;
}

/** Two columns of one name could not be told apart in a header. */
function nameProblems(dataset: DatasetDescriptor, at: string): Problem[] {
  const seen = new Map<string, string>();
  const problems: Problem[] = [];
  const claim = (name: string, pointer: string, place: string) => {
    const other = seen.get(headerKey(name));
    if (other)
      problems.push({
        pointer,
        message: `${shown(name)} is already the name of ${other}; headers are compared without case and punctuation`,
      });
    else seen.set(headerKey(name), place);
  };
  for (const [i, { name }] of dataset.fields.entries()) claim(name, `${at}/fields/${i}/name`, `fields[${i}]`);
  for (const [i, { aliases = [] }] of dataset.fields.entries()) {
    for (const [j, alias] of aliases.entries()) claim(alias, `${at}/fields/${i}/aliases/${j}`, `fields[${i}]`);
  }
  return problems;
}

function mapProblems(dataset: DatasetDescriptor, at: string): Problem[] {
  return Object.entries(dataset.map ?? {}).flatMap(([canonical, name]) => {
    const pointer = `${at}/map/${canonical}`;
    const field = dataset.fields.find((candidate) => candidate.name === name);
    if (!field) return [{ pointer, message: noField(name, dataset) }];
    const { kind } = canonicalField(canonical)!; // The schema let no other name pass.
    const types = FIELD_TYPES_OF_KIND[kind];
    const type = field.type ?? 'string';
    if (types.includes(type)) return [];
    return [
      {
        pointer,
        message: `expected a field of type ${types.join(' or ')} for ${canonical}, got ${shown(name)} of type ${type}`,
      },
    ];
  });
}

function noField(name: string, dataset: DatasetDescriptor): string {
  const fields = dataset.fields.map((field) => field.name);
  return `expected the name of a field, got ${shown(name)}${suggestion(name, fields)}`;
}

function keyProblems(dataset: DatasetDescriptor, at: string): Problem[] {
  const key = dataset.primaryKey === undefined ? [] : [dataset.primaryKey].flat();
  const problems = key.flatMap((name, i) => {
    if (dataset.fields.some((field) => field.name === name)) return [];
    const pointer = `${at}/primaryKey${Array.isArray(dataset.primaryKey) ? `/${i}` : ''}`;
    return [{ pointer, message: noField(name, dataset) }];
  });
  if (dataset.disposition === 'merge' && key.length === 0) {
    problems.push({
      pointer: `${at}/disposition`,
      message: 'merge needs a primaryKey: the fields that tell one record from another',
    });
  }
  return problems;
}

/** A constant must be a value of its column. */
function defaultProblems(dataset: DatasetDescriptor, at: string): Problem[] {
  return Object.entries(dataset.defaults ?? {}).flatMap(([name, value]) => {
    const fault = thrown(() => new Constant(canonicalField(name)!, value)); // The schema let no other name pass.
    return fault === undefined
      ? []
      : [{ pointer: `${at}/defaults/${name}`, message: fault.replace(/^default of [^:]*: /, '') }];
  });
}

/** Without a header there is nothing in a file to know it by. */
function matchProblems({ dialect, match }: DatasetDescriptor, at: string): Problem[] {
  if (dialect?.header !== false || match?.files?.length) return [];
  return [
    {
      pointer: `${at}/match`,
      message: 'a dataset whose files have no header needs "files": patterns that their names match',
    },
  ];
}

function outputProblems({ outputs, operators }: DatasetDescriptor, at: string): Problem[] {
  if (!outputs || !operators) return [];
  const message = 'is for the usual plan; in a plan of its own, "operators" says with csv-sink what is written';
  return [{ pointer: `${at}/outputs`, message }];
}

function stepProblems(dataset: DatasetDescriptor, at: string, operators: readonly string[]): Problem[] {
  return (dataset.operators ?? []).flatMap((step, i) => {
    const name = typeof step === 'string' ? step : step.operator;
    if (operators.includes(name)) return [];
    const pointer = `${at}/operators/${i}${typeof step === 'string' ? '' : '/operator'}`;
    return [{ pointer, message: `expected the name of an operator, got ${shown(name)}${suggestion(name, operators)}` }];
  });
}
