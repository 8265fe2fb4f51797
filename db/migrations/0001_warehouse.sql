-- Units: amounts in 1/10,000 of the currency unit, quantities in 1/1,000, margins in millionths of revenue,
-- days as YYYYMMDD and months as YYYYMM (0: unknown), sold_at in seconds since 1970 on the wall clock of the shop,
-- other times in milliseconds since 1970.

CREATE TABLE warehouse (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL
) STRICT;
INSERT INTO warehouse VALUES (1, 0);

-- Dimensions. A missing text is ''.

CREATE TABLE stores (
  store_key INTEGER PRIMARY KEY,
  store_id TEXT NOT NULL,
  region TEXT NOT NULL,
  currency TEXT NOT NULL,
  UNIQUE (store_id, region, currency)
) STRICT;

CREATE TABLE products (
  product_key INTEGER PRIMARY KEY,
  product_id TEXT NOT NULL,
  category TEXT NOT NULL,
  product_name TEXT,
  brand TEXT,
  cost_price INTEGER,
  UNIQUE (product_id, category)
) STRICT;

CREATE TABLE payments (
  payment_key INTEGER PRIMARY KEY,
  payment_method TEXT NOT NULL UNIQUE
) STRICT;

-- An identifier is kept as affix_key * 2^36 + number; with a negative affix_key the affix is all of it (see identifiers.ts).
CREATE TABLE affixes (
  affix_key INTEGER PRIMARY KEY,
  affix TEXT NOT NULL UNIQUE
) STRICT;

-- Facts. sale_id = file_id * 2^32 + line, so rows are appended in key order and each knows the line it came from. Of several
-- records made of one line, the second has 2^27 more, and so on. No index: none is needed, and without one SQLite can copy
-- rows whole (see bulk-file.ts).

CREATE TABLE sales (
  sale_id INTEGER PRIMARY KEY,
  sold_at INTEGER,
  day INTEGER NOT NULL,
  store_key INTEGER NOT NULL,
  product_key INTEGER NOT NULL,
  customer_ref INTEGER,
  order_ref INTEGER,
  order_line INTEGER,
  payment_key INTEGER,
  quantity INTEGER,
  unit_price INTEGER,
  discount INTEGER,
  revenue INTEGER,
  cost INTEGER,
  file_id INTEGER GENERATED ALWAYS AS (sale_id >> 32) VIRTUAL,
  line INTEGER GENERATED ALWAYS AS (sale_id & 134217727) VIRTUAL
);

CREATE TABLE sale_attributes (
  sale_id INTEGER PRIMARY KEY,
  attributes TEXT NOT NULL
) STRICT;

-- Natural keys, only of datasets that declare one.
CREATE TABLE sale_keys (
  dataset_key INTEGER NOT NULL,
  key TEXT NOT NULL,
  sale_id INTEGER NOT NULL,
  PRIMARY KEY (dataset_key, key)
) STRICT, WITHOUT ROWID;

-- An order counts on the earliest day, and there in the lowest store_key, that any of its lines has.
CREATE TABLE orders (
  order_ref INTEGER PRIMARY KEY,
  day INTEGER NOT NULL,
  store_key INTEGER NOT NULL,
  lines INTEGER NOT NULL
) STRICT;

-- Roll-ups. A cell is a row of daily_sales; its margin is margin_sum / margin_lines without the fraction.
-- The coarser ones count the cells that have a margin, and sum those margins.

CREATE TABLE daily_sales (
  day INTEGER NOT NULL,
  store_key INTEGER NOT NULL,
  product_key INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  revenue INTEGER NOT NULL,
  profit INTEGER NOT NULL,
  costed_revenue INTEGER NOT NULL,
  margin_lines INTEGER NOT NULL,
  margin_sum INTEGER NOT NULL,
  PRIMARY KEY (day, store_key, product_key)
) WITHOUT ROWID;

CREATE TABLE daily_store (
  day INTEGER NOT NULL,
  store_key INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  revenue INTEGER NOT NULL,
  profit INTEGER NOT NULL,
  costed_revenue INTEGER NOT NULL,
  margin_lines INTEGER NOT NULL,
  margin_sum INTEGER NOT NULL,
  cells INTEGER NOT NULL,
  cell_margin_sum INTEGER NOT NULL,
  orders INTEGER NOT NULL,
  PRIMARY KEY (day, store_key)
) WITHOUT ROWID;

CREATE TABLE daily_product (
  day INTEGER NOT NULL,
  product_key INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  revenue INTEGER NOT NULL,
  profit INTEGER NOT NULL,
  costed_revenue INTEGER NOT NULL,
  margin_lines INTEGER NOT NULL,
  margin_sum INTEGER NOT NULL,
  cells INTEGER NOT NULL,
  cell_margin_sum INTEGER NOT NULL,
  PRIMARY KEY (day, product_key)
) WITHOUT ROWID;

-- By store and product first: then sums over any months of some of them read no others and need no sorting.
CREATE TABLE month_sales (
  store_key INTEGER NOT NULL,
  product_key INTEGER NOT NULL,
  month INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  revenue INTEGER NOT NULL,
  profit INTEGER NOT NULL,
  costed_revenue INTEGER NOT NULL,
  margin_lines INTEGER NOT NULL,
  margin_sum INTEGER NOT NULL,
  cells INTEGER NOT NULL,
  cell_margin_sum INTEGER NOT NULL,
  PRIMARY KEY (store_key, product_key, month)
) WITHOUT ROWID;

CREATE TABLE month_store (
  month INTEGER NOT NULL,
  store_key INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  revenue INTEGER NOT NULL,
  profit INTEGER NOT NULL,
  costed_revenue INTEGER NOT NULL,
  margin_lines INTEGER NOT NULL,
  margin_sum INTEGER NOT NULL,
  cells INTEGER NOT NULL,
  cell_margin_sum INTEGER NOT NULL,
  orders INTEGER NOT NULL,
  PRIMARY KEY (month, store_key)
) WITHOUT ROWID;

CREATE TABLE month_product (
  month INTEGER NOT NULL,
  product_key INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  revenue INTEGER NOT NULL,
  profit INTEGER NOT NULL,
  costed_revenue INTEGER NOT NULL,
  margin_lines INTEGER NOT NULL,
  margin_sum INTEGER NOT NULL,
  cells INTEGER NOT NULL,
  cell_margin_sum INTEGER NOT NULL,
  PRIMARY KEY (month, product_key)
) WITHOUT ROWID;

-- Runs, files and what became of their records.

CREATE TABLE runs (
  run_id INTEGER PRIMARY KEY,
  trigger TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'aborted')),
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  error_code TEXT,
  error_message TEXT,
  detail TEXT
) STRICT;

CREATE TABLE datasets (
  dataset_key INTEGER PRIMARY KEY,
  dataset TEXT NOT NULL UNIQUE
) STRICT;

-- replaced: a later file of its dataset took its place; abandoned: interrupted, and started over as another file_id.
CREATE TABLE files (
  file_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  dataset_key INTEGER NOT NULL REFERENCES datasets,
  disposition TEXT NOT NULL CHECK (disposition IN ('append', 'merge', 'replace')),
  size_bytes INTEGER NOT NULL,
  content_hash TEXT,
  fingerprint TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('loading', 'done', 'failed', 'replaced', 'abandoned')),
  opened_at INTEGER NOT NULL,
  finished_at INTEGER,
  records_read INTEGER NOT NULL DEFAULT 0,
  cells INTEGER NOT NULL DEFAULT 0,
  error_code TEXT,
  error_message TEXT,
  timeline TEXT
) STRICT;
CREATE INDEX files_by_size ON files (size_bytes);
CREATE INDEX files_by_run ON files (run_id);
CREATE INDEX files_by_dataset ON files (dataset_key, status);

CREATE TABLE checkpoints (
  file_id INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
  part INTEGER NOT NULL,
  number INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  last INTEGER NOT NULL,
  state TEXT NOT NULL,
  states TEXT NOT NULL,
  committed_at INTEGER NOT NULL,
  PRIMARY KEY (file_id, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
  file_id INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
  part INTEGER NOT NULL,
  step INTEGER NOT NULL,
  operator TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  records INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (file_id, part, operator, outcome, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
  dead_letter_id INTEGER PRIMARY KEY,
  file_id INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
  line INTEGER NOT NULL,
  byte_offset INTEGER,
  operator TEXT NOT NULL,
  reason TEXT NOT NULL,
  field TEXT,
  message TEXT NOT NULL,
  faults TEXT NOT NULL,
  raw TEXT NOT NULL,
  amount INTEGER
) STRICT;
CREATE INDEX dead_letters_by_file ON dead_letters (file_id, line);
CREATE INDEX dead_letters_by_reason ON dead_letters (reason);

CREATE TABLE operator_metrics (
  file_id INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
  step INTEGER NOT NULL,
  operator TEXT NOT NULL,
  metrics TEXT NOT NULL,
  PRIMARY KEY (file_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE schema_drift (
  schema_drift_id INTEGER PRIMARY KEY,
  file_id INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
  change TEXT NOT NULL,
  field TEXT NOT NULL,
  against TEXT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT
) STRICT;
CREATE INDEX schema_drift_by_file ON schema_drift (file_id);

-- The tables of the Python original, column by column.

CREATE TABLE monitoring_log (
  id INTEGER PRIMARY KEY,
  ts TEXT NOT NULL,
  duration_secs REAL NOT NULL,
  transactional_rows INTEGER NOT NULL,
  aggregated_rows INTEGER NOT NULL,
  total_revenue REAL NOT NULL,
  notes TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE VIEW sales_transactional AS
SELECT
  iif(s.day = 0, NULL, format('%04d-%02d-%02d', s.day / 10000, s.day / 100 % 100, s.day % 100)) AS date,
  st.region,
  p.product_id,
  s.revenue / 1e4 AS revenue,
  round(s.cost / 1e4 / (s.quantity / 1e3), 4) AS cost,
  s.quantity / 1e3 AS quantity,
  p.product_name,
  p.category,
  p.brand,
  p.cost_price / 1e4 AS cost_price,
  s.cost / 1e4 AS total_cost,
  (s.revenue - s.cost) / 1e4 AS profit,
  round(100.0 * (s.revenue - s.cost) / s.revenue, 4) AS margin_percent
FROM sales s
JOIN stores st USING (store_key)
JOIN products p USING (product_key);

CREATE VIEW sales_aggregated AS
SELECT
  iif(d.day = 0, NULL, format('%04d-%02d-%02d', d.day / 10000, d.day / 100 % 100, d.day % 100)) AS date,
  st.region,
  p.product_id,
  sum(d.revenue) / 1e4 AS total_revenue,
  sum(d.profit) / 1e4 AS total_profit,
  sum(d.quantity) / 1e3 AS total_quantity,
  sum(d.margin_sum) / 1e4 / sum(d.margin_lines) AS avg_margin
FROM daily_sales d
JOIN stores st USING (store_key)
JOIN products p USING (product_key)
GROUP BY d.day, st.region, p.product_id;
