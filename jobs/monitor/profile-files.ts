import type { Database } from 'better-sqlite3';
import {
  daysOfFile,
  type FileDay,
  type FinishedFile,
  finishedFiles,
  rejectedOf,
  repeatedRecords,
} from '../../db/monitoring/files.ts';
import { storeNames } from '../../db/monitoring/shop-days.ts';
import { overlappingFiles, type ProfiledDay, profiledFiles, saveFileDays } from '../../db/operations/file-days.ts';

/** Records that one pass reads, so that it stays quick on a warehouse that is new to it; the next pass goes on. */
const MOST_RECORDS = 400_000;
/** Files compared with one for repeated records. */
const MOST_OTHERS = 4;

export interface ProfileOptions {
  readonly mostRecords?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Profiled {
  /** How many files are left for later. */
  readonly waiting: number;
  /** Days, YYYYMMDD, that the files looked at hold something of. */
  readonly days: ReadonlySet<number>;
}

/** Counts, once for each file, what it holds by day and store: the newest files first. */
export function profileFiles(
  warehouse: Database,
  operations: Database,
  { mostRecords = MOST_RECORDS, signal }: ProfileOptions = {},
): Profiled {
  const waiting = finishedFiles(warehouse, profiledFiles(operations));
  const taken: FinishedFile[] = [];
  let budget = mostRecords;
  for (const file of waiting) {
    if (taken.length > 0 && file.records_read > budget) break;
    budget -= file.records_read;
    taken.push(file);
  }
  const rejected = rejectedOf(
    warehouse,
    taken.map(({ file_id }) => file_id),
  );
  const stores = new Set([...storeNames(warehouse).values()].map(({ store_id }) => store_id).filter((id) => id !== ''));
  // In the order they came: what is repeated is so in the later file.
  const days = new Set<number>();
  for (const file of taken.reverse()) {
    signal?.throwIfAborted();
    const profile = profileOf(warehouse, operations, file, rejected.get(file.file_id) ?? 0, stores);
    saveFileDays(operations, profile);
    for (const { day } of profile) days.add(day);
  }
  return { waiting: waiting.length - taken.length, days };
}

function profileOf(
  warehouse: Database,
  operations: Database,
  file: FinishedFile,
  rejected: number,
  stores: ReadonlySet<string>,
): ProfiledDay[] {
  const { file_id, dataset, finished_at: reported_at } = file;
  const days = daysOfFile(warehouse, file_id);
  const shared = { file_id, dataset, reported_at };
  if (days.length === 0)
    return [{ ...shared, ...guess(file, stores), region: '', lines: 0, repeated: 0, rejected, missing: {} }];
  const repeated = new Map(
    repeatedIn(warehouse, operations, file_id, days).map((each) => [placeOf(each), each.records]),
  );
  const lines = days.reduce((sum, day) => sum + day.lines, 0);
  return days.map((day) => ({
    ...shared,
    ...day,
    repeated: repeated.get(placeOf(day)) ?? 0,
    // A rejected record has no day or store that could be relied on: they are shared out like the others.
    rejected: Math.round((rejected * day.lines) / lines),
  }));
}

type Place = Pick<FileDay, 'day' | 'store_id' | 'region'>;

function placeOf({ day, store_id, region }: Place): string {
  return `${day} ${store_id} ${region}`;
}

function repeatedIn(warehouse: Database, operations: Database, fileId: number, days: readonly FileDay[]) {
  const numbers = days.map(({ day }) => day);
  const ids = [...new Set(days.map(({ store_id }) => store_id))];
  const others = overlappingFiles(operations, fileId, Math.min(...numbers), Math.max(...numbers), ids);
  return repeatedRecords(warehouse, fileId, others.slice(0, MOST_OTHERS));
}

/** Of a file of which nothing was accepted: the store and the day that its name tells, else none and the day that it came. */
function guess({ name, finished_at }: FinishedFile, stores: ReadonlySet<string>): { day: number; store_id: string } {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => stores.has(word));
  const date = /(\d{4})[-_]?(\d{2})[-_]?(\d{2})/.exec(name);
  const came = new Date(finished_at).toISOString().slice(0, 10).replaceAll('-', '');
  return { store_id: words.length === 1 ? (words[0] ?? '') : '', day: Number(date ? date.slice(1).join('') : came) };
}
