"""The pandas stack: read_csv, numeric coercion, group-by, to_sql with three indexes.

Usage: python3 pandas_stack.py FILE DATABASE; prints {"rows", "revenue"}.
"""

import json
import sqlite3
import sys

import pandas as pd

file, path = sys.argv[1:3]
sales = pd.read_csv(file)
for column in ("quantity", "unit_price", "discount"):
    sales[column] = pd.to_numeric(sales[column], errors="coerce")
sales = sales.dropna(subset=["order_id", "product_id", "sold_at", "quantity", "unit_price"])
sales["revenue"] = sales["quantity"] * sales["unit_price"] * (1 - sales["discount"])
daily = (
    sales.groupby([sales["sold_at"].str[:10].rename("day"), "store_id", "product_id"])
    .agg(lines=("revenue", "size"), revenue=("revenue", "sum"))
    .reset_index()
)
with sqlite3.connect(path) as database:
    sales.to_sql("sales", database, index=False)
    daily.to_sql("daily", database, index=False)
    database.execute("CREATE INDEX sales_day ON sales(sold_at)")
    database.execute("CREATE INDEX sales_store ON sales(store_id)")
    database.execute("CREATE INDEX sales_product ON sales(product_id)")
print(json.dumps({"rows": int(daily["lines"].sum()), "revenue": float(daily["revenue"].sum())}))
