-- Times in milliseconds since 1970, days as YYYYMMDD.

CREATE TABLE monitor_runs (
  monitor_run_id INTEGER PRIMARY KEY,
  trigger TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  failing INTEGER NOT NULL
) STRICT;

-- check_key: the check and its subject, revenue{store=S012}. day 0: about now. result: all there is to it, as JSON.
CREATE TABLE check_results (
  check_result_id INTEGER PRIMARY KEY,
  monitor_run_id INTEGER NOT NULL REFERENCES monitor_runs ON DELETE CASCADE,
  check_key TEXT NOT NULL,
  day INTEGER NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('ok', 'learning', 'failing')),
  severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  result TEXT NOT NULL
) STRICT;
CREATE INDEX check_results_by_key ON check_results (check_key, monitor_run_id);
CREATE INDEX check_results_by_run ON check_results (monitor_run_id);

-- The newest result of each key, so that asking for all of them reads no others.
CREATE TABLE latest_checks (
  check_key TEXT PRIMARY KEY,
  check_result_id INTEGER NOT NULL REFERENCES check_results ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX latest_checks_by_result ON latest_checks (check_result_id);

-- Days that are no measure of what is normal. subject: JSON object, {} for the whole shop; check_name NULL: all checks.
CREATE TABLE marked_days (
  marked_days_id INTEGER PRIMARY KEY,
  subject TEXT NOT NULL,
  check_name TEXT,
  from_day INTEGER NOT NULL,
  to_day INTEGER NOT NULL CHECK (to_day >= from_day),
  kind TEXT NOT NULL CHECK (kind IN ('promotion', 'holiday', 'incident', 'expected')),
  note TEXT NOT NULL DEFAULT '',
  marked_at INTEGER NOT NULL
) STRICT;

-- What a file holds of each day and store, counted once. reported_at: when it was in the warehouse. missing: field to count, JSON.
-- repeated: records that are in this file or an earlier one already, in every column.
CREATE TABLE file_days (
  file_id INTEGER NOT NULL,
  day INTEGER NOT NULL,
  store_id TEXT NOT NULL,
  region TEXT NOT NULL,
  dataset TEXT NOT NULL,
  reported_at INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  repeated INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  missing TEXT NOT NULL,
  PRIMARY KEY (file_id, day, store_id, region)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_days_by_day ON file_days (day);
