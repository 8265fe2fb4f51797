import { existsSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { openDatabase } from '../db/connection.ts';
import { pruneAlerts } from '../db/operations/alerts.ts';
import { forgetResults } from '../db/operations/checks.ts';
import { openOperations } from '../db/operations/connection.ts';
import { JobRecords } from '../db/operations/jobs.ts';
import { forgetDeadLetters, forgetTimelines, originalsBefore, tidy, unfinishedFiles } from '../db/retention.ts';
import { readConfig } from '../operators/dataset/config.ts';
import type { JobSettings } from '../operators/dataset/settings/jobs.ts';
import { clearScratchBut } from '../operators/spill/scratch.ts';
import type { Home } from './home.ts';
import { lockHome } from './lock.ts';
import { rotateBackups } from './retention/backups.ts';
import { deleteOld, deleteWithin } from './retention/old-files.ts';
import type { JobContext, JobResult } from './schedule/context.ts';

type Keep = NonNullable<NonNullable<JobSettings['retention']>['keep']>;

const DEFAULTS = {
  timelineDays: 90,
  processedDays: 90,
  deadLetterDays: 730,
  jobRunDays: 90,
  checkDays: 365,
  alertDays: 730,
  backups: 7,
} satisfies Keep;
const DAY_MS = 86_400_000;

/** What was done: how many of each were deleted, and the paths of the backups made. */
interface Kept {
  readonly backups: readonly string[];
  readonly timelines: number;
  readonly dead_letters: number;
  readonly originals: number;
  readonly scratch_folders: number;
  readonly processed: number;
  readonly rejected: number;
  readonly job_runs: number;
  readonly check_results: number;
  readonly alerts: number;
}

/**
 * Backs up the databases, then deletes what is older than the configuration says, and tidies up. Meanwhile nobody writes: it waits for a
 * run to end, and a run waits for it.
 */
export async function retention({ home, now, signal, log }: JobContext): Promise<JobResult> {
  const { jobs } = await readConfig(home.config);
  const keep: Keep & typeof DEFAULTS = { ...DEFAULTS, ...jobs.retention?.keep };
  const onWait = () => log('waiting for a run to end');
  const lock = await lockHome(home, { what: 'retention', signal, onWait, now });
  try {
    const backups = await rotateBackups(home, keep.backups, now());
    for (const path of backups) log(`backed up to ${path}`);
    signal.throwIfAborted();
    const result: Kept = {
      backups,
      ...(await inWarehouse(home, keep, now())),
      ...(await inFolders(home, keep, now())),
    };
    const message = sentence(result);
    return { message, result };
  } finally {
    await lock.release();
  }
}

function before(days: number, now: number): number {
  return now - days * DAY_MS;
}

async function inWarehouse(
  home: Home,
  { timelineDays, deadLetterDays, originalDays }: Keep & typeof DEFAULTS,
  now: number,
): Promise<Pick<Kept, 'timelines' | 'dead_letters' | 'originals' | 'scratch_folders'>> {
  if (!existsSync(home.database)) return { timelines: 0, dead_letters: 0, originals: 0, scratch_folders: 0 };
  const db = openDatabase(home.database, { check: 'never' });
  try {
    const timelines = forgetTimelines(db, before(timelineDays, now));
    const dead_letters = forgetDeadLetters(db, before(deadLetterDays, now));
    tidy(db);
    const originals = await deleteOriginals(home, db, originalDays, now);
    return {
      timelines,
      dead_letters,
      originals,
      scratch_folders: await clearScratchBut(home.dir, unfinishedFiles(db)),
    };
  } finally {
    db.close();
  }
}

/** By when they were loaded: their own times may be as old as the sales in them. */
async function deleteOriginals(home: Home, db: Database, days: number | undefined, now: number): Promise<number> {
  return days === undefined ? 0 : deleteWithin(home.ingested, originalsBefore(db, before(days, now)));
}

async function inFolders(
  home: Home,
  { processedDays, deadLetterDays, ...keep }: Keep & typeof DEFAULTS,
  now: number,
): Promise<Pick<Kept, 'processed' | 'rejected' | keyof ReturnType<typeof inOperations>>> {
  const processed = await deleteOld(home.processed, before(processedDays, now));
  const rejected = await deleteOld(home.rejected, before(deadLetterDays, now));
  const db = openOperations(home.operations);
  try {
    const forgotten = inOperations(db, keep, now);
    tidy(db);
    return { processed, rejected, ...forgotten };
  } finally {
    db.close();
  }
}

function inOperations(
  db: Database,
  { jobRunDays, checkDays, alertDays }: Pick<typeof DEFAULTS, 'jobRunDays' | 'checkDays' | 'alertDays'>,
  now: number,
) {
  return {
    job_runs: new JobRecords(db).forget(before(jobRunDays, now)),
    check_results: forgetResults(db, before(checkDays, now)),
    alerts: pruneAlerts(db, before(alertDays, now)),
  };
}

function sentence({ backups, ...counts }: Kept): string {
  const deleted = Object.entries(counts).filter(([, count]) => count > 0);
  const said = deleted.map(([what, count]) => `${count} ${what.replace('_', ' ')}`).join(', ');
  const backedUp = backups.length > 0 ? 'backed up' : 'no backup asked for';
  return `${backedUp}; ${said === '' ? 'nothing was old enough to delete' : `deleted ${said}`}`;
}
