-- Orders that follow each other are kept as a range: one row for all whose refs are from first_ref to last_ref. There is no other
-- order among those, and all their lines are sales from first_sale to last_sale. All other orders have rows of their own.

ALTER TABLE orders RENAME TO single_orders;

CREATE TABLE order_ranges (
  last_ref INTEGER PRIMARY KEY,
  first_ref INTEGER NOT NULL,
  first_sale INTEGER NOT NULL,
  last_sale INTEGER NOT NULL,
  orders INTEGER NOT NULL,
  lines INTEGER NOT NULL
) STRICT;

-- Every order. It counts on the earliest day, and there in the lowest store_key, that any of its lines has.
CREATE VIEW orders AS
SELECT order_ref, day, store_key, lines FROM single_orders
UNION ALL
SELECT order_ref, first >> 24 AS day, first & 16777215 AS store_key, lines FROM (
  SELECT s.order_ref, min((s.day << 24) | s.store_key) AS first, count(*) AS lines
  FROM order_ranges r CROSS JOIN sales s ON s.sale_id BETWEEN r.first_sale AND r.last_sale
  WHERE s.order_ref IS NOT NULL GROUP BY s.order_ref
);
