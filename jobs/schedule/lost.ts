import type { JobRecords } from '../../db/operations/jobs.ts';
import type { Home } from '../home.ts';
import { lockHome } from '../lock.ts';

/**
 * Marks runs as lost whose process ended before they did; they count as failed, so that they are tried again. To be called by whoever
 * holds the scheduler's lock: then a run of another scheduler is over, whatever is noted.
 */
export function markLost(records: JobRecords, now: number): void {
  for (const { job_run_id, pid, log } of records.running()) {
    if (pid !== null && pid !== process.pid && isAlive(pid)) continue;
    const message = 'the process ended before the job did';
    records.finish(job_run_id, { status: 'lost', ended_at: now, message, log });
  }
}

/** The same for whoever has not got the lock: where no scheduler is at work, what is noted as running is not. */
export async function settleLost(home: Home, records: JobRecords, now: number): Promise<void> {
  const lock = await lockHome(home, { what: 'jobs', role: 'scheduler', wait: false }).catch(() => null);
  if (!lock) return;
  markLost(records, now);
  await lock.release();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
