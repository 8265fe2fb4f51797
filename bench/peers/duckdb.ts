/**
 * DuckDB: read_csv into a table with a computed column, and a group-by into another.
 * Usage: node duckdb.ts FILE DATABASE; prints {"rows", "revenue"}.
 */
import { DuckDBInstance } from '@duckdb/node-api';

const [file = '', path = ''] = process.argv.slice(2);
const instance = await DuckDBInstance.create(path);
const connection = await instance.connect();
await connection.run(`CREATE TABLE sales AS
  SELECT *, CAST(quantity * unit_price * (1 - discount) AS DECIMAL(18, 4)) AS revenue
  FROM read_csv('${file.replaceAll("'", "''")}', header = true, columns = {
    'order_id': 'VARCHAR', 'line': 'INTEGER', 'sold_at': 'TIMESTAMP', 'store_id': 'VARCHAR', 'product_id': 'VARCHAR',
    'customer_id': 'VARCHAR', 'quantity': 'INTEGER', 'unit_price': 'DECIMAL(12, 2)', 'discount': 'DECIMAL(4, 2)',
    'payment_method': 'VARCHAR'})`);
await connection.run(`CREATE TABLE daily AS
  SELECT CAST(sold_at AS DATE) AS day, store_id, product_id, count(*) AS lines, sum(revenue) AS revenue
  FROM sales GROUP BY ALL`);
const result = await connection.runAndReadAll('SELECT sum(lines) AS rows, sum(revenue) AS revenue FROM daily');
const [totals] = result.getRowObjectsJson();
connection.closeSync();
instance.closeSync();
console.log(JSON.stringify({ rows: Number(totals?.rows), revenue: Number(totals?.revenue) }));
