import { matchHeader } from './header.ts';
import type { ColumnProfile, FileShape } from './profile.ts';
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

/** `columns` gives the place of each of `names` here; they should ascend. */
export function reordered(
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

/** The field's column in the last file, if it had one. */
export function beforeOf(field: FieldDescriptor, last: FileShape | undefined): { before?: ColumnProfile } {
  const at = last && matchHeader([field], last.header).columns.get(field.name);
  const before = at === undefined ? undefined : last?.columns[at];
  return before ? { before } : {};
}
