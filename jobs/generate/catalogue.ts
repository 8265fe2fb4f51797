import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refuseUnknown, requireWhole, SALES_DEFAULTS } from './options.ts';
import { createShop, type Product, type Store } from './shop.ts';

export interface CatalogueOptions {
  /** Folder of the files; made if need be. */
  readonly out: string;
  /** Seed of the shop. */
  readonly seed?: number;
  readonly stores?: number;
  readonly products?: number;
}

/** Writes a shop's `product_catalog.csv` and `stores.csv`, which the sales of that shop refer to; returns their paths. */
export async function writeCatalogue(options: CatalogueOptions): Promise<{ products: string; stores: string }> {
  refuseUnknown(Object.keys(options), ['out', 'seed', 'stores', 'products']);
  const { out, seed = SALES_DEFAULTS.shopSeed, stores = SALES_DEFAULTS.stores } = options;
  const { products = SALES_DEFAULTS.products } = options;
  requireWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  requireWhole('stores', stores, 1, 500);
  requireWhole('products', products, 1, 9_999);
  const shop = createShop(seed, products, stores);
  await mkdir(out, { recursive: true });
  const paths = { products: join(out, 'product_catalog.csv'), stores: join(out, 'stores.csv') };
  await writeFile(paths.products, productCatalogue(shop.products));
  await writeFile(paths.stores, storeList(shop.stores));
  return paths;
}

function productCatalogue(products: readonly Product[]): string {
  const rows = products.map(({ id, name, category, brand, cost }) => [
    ...[id, name, category.name, brand],
    (cost / 100).toFixed(2),
  ]);
  return csv([['product_id', 'product_name', 'category', 'brand', 'cost_price'], ...rows]);
}

function storeList(stores: readonly Store[]): string {
  const rows = stores.map(({ id, name, region, city, opened }) => [id, name, region, city, opened]);
  return csv([['store_id', 'store_name', 'region', 'city', 'opened'], ...rows]);
}

/** The names made here hold neither commas nor quotes. */
function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `${cells.join(',')}\n`).join('');
}
