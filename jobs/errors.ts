import { TillstreamError } from '../engine/errors.ts';
import { suggestion } from '../engine/nearest.ts';

/** Errors of the jobs: each has a stable code and a sentence that says what to do. */

export function noHome(dir: string): TillstreamError {
  return new TillstreamError(
    'no_home',
    `${dir} has no schema_config.json; \`tillstream init ${dir}\` makes a home of it`,
  );
}

export function homeExists(file: string): TillstreamError {
  return new TillstreamError('home_exists', `${file} is there already and is not overwritten; choose another folder`);
}

export function noSuchExample(name: string, names: readonly string[]): TillstreamError {
  return new TillstreamError('no_such_example', `there is no example "${name}"${suggestion(name, names)}`);
}

export function noSuchDataset(name: string, names: Iterable<string>): TillstreamError {
  return new TillstreamError(
    'no_such_dataset',
    `schema_config.json has no dataset "${name}"${suggestion(name, names)}`,
  );
}

export function homeBusy(holder: string): TillstreamError {
  return new TillstreamError('home_busy', `${holder}; try again when it has finished`);
}

/** The system's refusal to read or write `path`, in words. */
export function fileError(path: string, cause: NodeJS.ErrnoException): TillstreamError {
  const [code, why] = REFUSALS[cause.code ?? ''] ?? ['unreadable_file', cause.message];
  return new TillstreamError(code, `${path}: ${why}`, { cause, file: path });
}

const REFUSALS: Readonly<Record<string, readonly [code: string, why: string]>> = {
  ENOENT: ['no_such_file', 'there is no such file'],
  ENOTDIR: ['no_such_file', 'there is no such file: something on the way to it is no folder'],
  EISDIR: ['is_a_directory', 'is a folder; name the files in it'],
  EACCES: ['unreadable_file', 'may not be read or written; check its permissions and those of its folder'],
  EPERM: ['unreadable_file', 'may not be read or written; check its permissions and those of its folder'],
  EROFS: ['read_only', 'cannot be written: the disk is read-only'],
  ENOSPC: ['disk_full', 'cannot be written: the disk is full; free some space and run again to go on'],
  ENAMETOOLONG: ['no_such_file', 'the name is too long for any file'],
};

export function isDirectory(path: string): TillstreamError {
  return fileError(path, Object.assign(new Error('is a directory'), { code: 'EISDIR' }));
}

export function notAFile(path: string): TillstreamError {
  return new TillstreamError('not_a_file', `${path}: is neither a file nor a folder`, { file: path });
}

export function badContract(path: string, why: string): TillstreamError {
  return new TillstreamError('contract_broken', `${path}: ${why}`, { file: path });
}

export function datasetExists(file: string, name: string): TillstreamError {
  return new TillstreamError(
    'dataset_exists',
    `${file} has a dataset "${name}" already; choose another name with --name`,
  );
}

export function badOperatorName(name: string): TillstreamError {
  const wanted = kebabCase(name);
  const hint = wanted === '' ? 'such as loyalty-points' : `such as ${wanted}`;
  return new TillstreamError(
    'bad_operator_name',
    `an operator is called by small letters, digits and hyphens, beginning with a letter, ${hint}; got "${name}"`,
  );
}

function kebabCase(name: string): string {
  const words =
    name
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  return words
    .join('-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 60);
}

export function operatorExists(name: string, why: string): TillstreamError {
  return new TillstreamError('operator_exists', `the operator "${name}" ${why}; choose another name`);
}

export function noSuchOperator(name: string, names: Iterable<string>): TillstreamError {
  return new TillstreamError('unknown_operator', `no operator is called "${name}"${suggestion(name, names)}`);
}

export function nothingToTry(name: string): TillstreamError {
  return new TillstreamError(
    'nothing_to_try',
    `"${name}" has no example to be tried with; give its spec one, or export \`trial\` with records beside it`,
  );
}

export function tablesBehind(file: string): TillstreamError {
  const message = `a table beside the warehouse has less of ${file} than the warehouse; the file is to be read from its beginning`;
  return new TillstreamError('tables_behind', message);
}

export function tableInWarehouse(file: string): TillstreamError {
  const message = `sqlite-sink: "${file}" is the warehouse, which batch-insert writes; name another file, such as data/results.db`;
  return new TillstreamError('table_in_warehouse', message);
}
