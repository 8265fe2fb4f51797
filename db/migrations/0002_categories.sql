-- Sums by category and store, so that a category's figures need not be added up from its products.

CREATE TABLE categories (
  category_key INTEGER PRIMARY KEY,
  category TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO categories (category) SELECT DISTINCT category FROM products ORDER BY category;

CREATE TABLE daily_category (
  day INTEGER NOT NULL,
  store_key INTEGER NOT NULL,
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
  PRIMARY KEY (day, store_key, category_key)
) WITHOUT ROWID;
INSERT INTO daily_category
SELECT
  day, store_key, category_key, sum(lines), sum(quantity), sum(revenue), sum(profit), sum(costed_revenue), sum(margin_lines),
  sum(margin_sum), sum(margin_lines > 0), coalesce(sum(margin_sum / margin_lines), 0)
FROM daily_sales JOIN products USING (product_key) JOIN categories USING (category)
GROUP BY day, store_key, category_key;

CREATE TABLE month_category (
  month INTEGER NOT NULL,
  store_key INTEGER NOT NULL,
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
  PRIMARY KEY (month, store_key, category_key)
) WITHOUT ROWID;
INSERT INTO month_category
SELECT
  day / 100, store_key, category_key, sum(lines), sum(quantity), sum(revenue), sum(profit), sum(costed_revenue), sum(margin_lines),
  sum(margin_sum), sum(cells), sum(cell_margin_sum)
FROM daily_category
GROUP BY 1, 2, 3;
