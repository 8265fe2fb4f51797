-- Sums between those of days and of months, so that a period that cuts months in two needs few days; and categories over all stores.

-- A dekad is YYYYMMD: ten days, D from 0, the last one (2) all days of the month after its twentieth.
CREATE TABLE dekad_sales (
  dekad INTEGER NOT NULL,
  store_key INTEGER NOT NULL,
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
  PRIMARY KEY (dekad, store_key, product_key)
) WITHOUT ROWID;
INSERT INTO dekad_sales
SELECT
  day / 100 * 10 + min(max(day % 100 - 1, 0) / 10, 2) AS dekad, store_key, product_key, sum(lines), sum(quantity), sum(revenue),
  sum(profit), sum(costed_revenue), sum(margin_lines), sum(margin_sum), sum(margin_lines > 0),
  coalesce(sum(margin_sum / margin_lines), 0)
FROM daily_sales
GROUP BY dekad, store_key, product_key;

CREATE TABLE daily_category_total (
  day INTEGER NOT NULL,
  category_key INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  revenue INTEGER NOT NULL,
  profit INTEGER NOT NULL,
  costed_revenue INTEGER NOT NULL,
  margin_lines INTEGER NOT NULL,
  margin_sum INTEGER NOT NULL,
  cells INTEGER NOT NULL,
  cell_margin_sum INTEGER NOT NULL,
  PRIMARY KEY (day, category_key)
) WITHOUT ROWID;
INSERT INTO daily_category_total
SELECT
  day, category_key, sum(lines), sum(quantity), sum(revenue), sum(profit), sum(costed_revenue), sum(margin_lines), sum(margin_sum),
  sum(cells), sum(cell_margin_sum)
FROM daily_category
GROUP BY day, category_key;

CREATE TABLE month_category_total (
  month INTEGER NOT NULL,
  category_key INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  revenue INTEGER NOT NULL,
  profit INTEGER NOT NULL,
  costed_revenue INTEGER NOT NULL,
  margin_lines INTEGER NOT NULL,
  margin_sum INTEGER NOT NULL,
  cells INTEGER NOT NULL,
  cell_margin_sum INTEGER NOT NULL,
  PRIMARY KEY (month, category_key)
) WITHOUT ROWID;
INSERT INTO month_category_total
SELECT
  month, category_key, sum(lines), sum(quantity), sum(revenue), sum(profit), sum(costed_revenue), sum(margin_lines), sum(margin_sum),
  sum(cells), sum(cell_margin_sum)
FROM month_category
GROUP BY month, category_key;
