-- Times in milliseconds since 1970, days YYYYMMDD; details as JSON.

-- code: the check that found it. resolved_day: the day whose passing resolved it. marks: ids of the days that were marked as expected.
CREATE TABLE alerts (
  alert_id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  code TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'expected', 'resolved')),
  severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  title TEXT NOT NULL,
  message TEXT NOT NULL,
  day INTEGER,
  openings INTEGER NOT NULL DEFAULT 1,
  flapping INTEGER NOT NULL DEFAULT 0,
  opened_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  passing_since INTEGER,
  resolved_at INTEGER,
  resolved_day INTEGER,
  note TEXT,
  marks TEXT NOT NULL DEFAULT '[]',
  result TEXT
) STRICT;
CREATE UNIQUE INDEX alerts_active ON alerts (key) WHERE state IN ('open', 'acknowledged');
CREATE INDEX alerts_by_key ON alerts (key, alert_id);
CREATE INDEX alerts_by_state ON alerts (state, alert_id);

-- What an alert is made of: its own failing results and those that it explains. day 0: about now, not about a day.
CREATE TABLE alert_results (
  alert_id INTEGER NOT NULL REFERENCES alerts,
  key TEXT NOT NULL,
  day INTEGER NOT NULL,
  at INTEGER NOT NULL,
  passed_at INTEGER,
  passed_day INTEGER,
  result TEXT NOT NULL,
  PRIMARY KEY (alert_id, key, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_results_by_key ON alert_results (key, day);

-- event_key: known to receivers, by which they can tell one that came twice. notice: what is delivered; null where nobody is told.
CREATE TABLE alert_events (
  event_id INTEGER PRIMARY KEY,
  event_key TEXT NOT NULL UNIQUE,
  alert_id INTEGER NOT NULL REFERENCES alerts,
  event TEXT NOT NULL
    CHECK (event IN ('opened', 'worsened', 'reopened', 'flapping', 'resolved', 'grouped', 'acknowledged', 'expected', 'withdrawn')),
  at INTEGER NOT NULL,
  message TEXT NOT NULL,
  notice TEXT
) STRICT;
CREATE INDEX alert_events_by_alert ON alert_events (alert_id);

-- One row for each event and channel, written with the event. held_until: quiet hours. retry_at: what waits for it keeps its
-- place before those after it. lease_until: whoever is sending it is taken for gone then.
CREATE TABLE outbox (
  outbox_id INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id INTEGER NOT NULL REFERENCES alert_events,
  channel TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'sending', 'sent', 'refused')),
  attempts INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  held_until INTEGER,
  retry_at INTEGER,
  lease_until INTEGER,
  first_failed_at INTEGER,
  ended_at INTEGER,
  error TEXT,
  UNIQUE (event_id, channel)
) STRICT;
CREATE INDEX outbox_due ON outbox (channel, outbox_id) WHERE status IN ('waiting', 'sending');
CREATE INDEX outbox_ended ON outbox (channel, ended_at) WHERE status IN ('sent', 'refused');

-- Where the dashboard was last served, for links in what is sent.
CREATE TABLE served_at (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  url TEXT NOT NULL
) STRICT;
