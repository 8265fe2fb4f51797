import type { Database } from 'better-sqlite3';
import { Statements } from '../statements.ts';

export const JOB_TRIGGERS = ['schedule', 'start', 'catch-up', 'after-run', 'retry', 'hand'] as const;
export type JobTrigger = (typeof JOB_TRIGGERS)[number];

/** `skipped`: the run before was still going; `lost`: the process ended before the job did. */
export const JOB_STATUSES = ['running', 'done', 'failed', 'cancelled', 'skipped', 'lost'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** One run of a job. Times in milliseconds since 1970. */
export interface JobRunRecord {
  readonly job_run_id: number;
  readonly job: string;
  readonly trigger: JobTrigger;
  readonly status: JobStatus;
  /** 1 for the first; a retry counts it up. */
  readonly attempt: number;
  /** Of the process that ran it; null where that was the scheduler's. */
  readonly pid: number | null;
  /** The turn that it was for. */
  readonly due_at: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  /** What came of it, or what went wrong, in a sentence. */
  readonly message: string | null;
  /** JSON, as the job gave it. */
  readonly result: string | null;
  readonly error_code: string | null;
  /** The last of what it said. */
  readonly log: string;
}

/** As much of a run as a history shows. */
export type JobRunMark = Pick<JobRunRecord, 'job_run_id' | 'status' | 'started_at' | 'ended_at'>;

/** What is remembered of a job. */
export interface JobMemory {
  readonly pausedAt: number | null;
  /** The latest turn that was run, skipped or caught up; null where there was none yet. */
  readonly lastDueAt: number | null;
  /** The latest run, skipped ones aside. */
  readonly last: JobRunRecord | null;
}

export interface JobStart extends Pick<JobRunRecord, 'job' | 'trigger' | 'attempt' | 'due_at'> {
  readonly started_at: number;
  readonly pid?: number;
}

export interface JobEnd extends Pick<JobRunRecord, 'ended_at' | 'message' | 'log'> {
  readonly status: Exclude<JobStatus, 'running' | 'skipped'>;
  readonly error_code?: string;
  readonly result?: unknown;
}

/** The jobs' part of the database of {@link openOperations}. */
export class JobRecords {
  readonly #statements: Statements;

  constructor(db: Database) {
    this.#statements = new Statements(db);
  }

  of(job: string): JobMemory {
    const row = this.#statements.get('SELECT paused_at, last_due_at FROM jobs WHERE job = ?').get(job) as
      | { paused_at: number | null; last_due_at: number | null }
      | undefined;
    const latest = "SELECT * FROM job_runs WHERE job = ? AND status <> 'skipped' ORDER BY job_run_id DESC LIMIT 1";
    const last = (this.#statements.get(latest).get(job) as JobRunRecord | undefined) ?? null;
    return { pausedAt: row?.paused_at ?? null, lastDueAt: row?.last_due_at ?? null, last };
  }

  /** Null takes the pause away. */
  setPaused(job: string, at: number | null): void {
    const sql =
      'INSERT INTO jobs (job, paused_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET paused_at = excluded.paused_at';
    this.#statements.get(sql).run(job, at);
  }

  setLastDue(job: string, at: number): void {
    const sql =
      'INSERT INTO jobs (job, last_due_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET last_due_at = excluded.last_due_at';
    this.#statements.get(sql).run(job, at);
  }

  /** Notes that a run begins; returns its id. */
  start({ pid, ...start }: JobStart): number {
    const sql = `
      INSERT INTO job_runs (job, trigger, status, attempt, pid, due_at, started_at)
      VALUES (:job, :trigger, 'running', :attempt, :pid, :due_at, :started_at)`;
    return Number(this.#statements.get(sql).run({ ...start, pid: pid ?? null }).lastInsertRowid);
  }

  finish(jobRunId: number, { error_code = '', result = null, ...end }: JobEnd): void {
    const sql = `
      UPDATE job_runs SET status = :status, ended_at = :ended_at, message = :message, result = :result,
        error_code = nullif(:error_code, ''), log = :log
      WHERE job_run_id = :jobRunId`;
    this.#statements
      .get(sql)
      .run({ ...end, jobRunId, error_code, result: result === null ? null : JSON.stringify(result) });
  }

  /** Keeps what a run that goes on has said so far. */
  saveLog(jobRunId: number, log: string): void {
    this.#statements.get('UPDATE job_runs SET log = ? WHERE job_run_id = ?').run(log, jobRunId);
  }

  /** Notes a turn at which the job was not begun, and why. */
  skip({ job, due_at, at, message }: { job: string; due_at: number; at: number; message: string }): void {
    const sql = `
      INSERT INTO job_runs (job, trigger, status, due_at, started_at, ended_at, message)
      VALUES (:job, 'schedule', 'skipped', :due_at, :at, :at, :message)`;
    this.#statements.get(sql).run({ job, due_at, at, message });
  }

  /** Runs that have not ended, as far as is noted. */
  running(): JobRunRecord[] {
    return this.#statements
      .get("SELECT * FROM job_runs WHERE status = 'running' ORDER BY job_run_id")
      .all() as JobRunRecord[];
  }

  /** Runs of a job, the latest first. */
  runs(job: string, { limit, offset = 0 }: { limit: number; offset?: number }): JobRunRecord[] {
    const sql = 'SELECT * FROM job_runs WHERE job = ? ORDER BY job_run_id DESC LIMIT ? OFFSET ?';
    return this.#statements.get(sql).all(job, limit, offset) as JobRunRecord[];
  }

  /** The same in short, at most so many. */
  marks(job: string, limit: number): JobRunMark[] {
    const sql = `
      SELECT job_run_id, status, started_at, ended_at FROM job_runs WHERE job = ? ORDER BY job_run_id DESC LIMIT ?`;
    return this.#statements.get(sql).all(job, limit) as JobRunMark[];
  }

  count(job: string): number {
    return this.#statements.get('SELECT count(*) FROM job_runs WHERE job = ?').pluck().get(job) as number;
  }

  /** Forgets runs that ended before that moment, but never the latest of a job. Returns how many. */
  forget(before: number): number {
    const sql = `
      DELETE FROM job_runs WHERE ended_at < ? AND job_run_id NOT IN (
        SELECT max(job_run_id) FROM job_runs WHERE status <> 'skipped' GROUP BY job
      )`;
    return this.#statements.get(sql).run(before).changes;
  }
}
