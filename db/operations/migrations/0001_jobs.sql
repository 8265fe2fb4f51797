-- Times in milliseconds since 1970.

-- One row for each job that was ever paused or due. last_due_at: the latest turn that was run, skipped or caught up.
CREATE TABLE jobs (
  job TEXT PRIMARY KEY,
  paused_at INTEGER,
  last_due_at INTEGER
) STRICT, WITHOUT ROWID;

-- lost: the process ended before the job did. pid: of the process that ran it; null where that was the scheduler's, of which a home
-- has one at a time.
CREATE TABLE job_runs (
  job_run_id INTEGER PRIMARY KEY,
  job TEXT NOT NULL,
  trigger TEXT NOT NULL CHECK (trigger IN ('schedule', 'start', 'catch-up', 'after-run', 'retry', 'hand')),
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'cancelled', 'skipped', 'lost')),
  attempt INTEGER NOT NULL DEFAULT 1,
  pid INTEGER,
  due_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  message TEXT,
  result TEXT,
  error_code TEXT,
  log TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX job_runs_by_job ON job_runs (job, job_run_id);
