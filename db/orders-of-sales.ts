/**
 * Orders as those sales have them for which the condition holds: the definition of what is kept of orders. An order counts on the
 * earliest day, and there in the lowest store_key, of its lines; the two are found as one number.
 */
export function ordersOfSales(condition: string): string {
  return `
  SELECT order_ref, first >> 24 AS day, first & 16777215 AS store_key, lines, first_sale, last_sale FROM (
    SELECT order_ref, min((day << 24) | store_key) AS first, count(*) AS lines, min(sale_id) AS first_sale, max(sale_id) AS last_sale
    FROM sales WHERE order_ref IS NOT NULL AND ${condition} GROUP BY order_ref
  )`;
}
