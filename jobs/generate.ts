export { type CatalogueOptions, writeCatalogue } from './generate/catalogue.ts';
export { type DailyOptions, generateDaily } from './generate/daily.ts';
export { type DemoMonthOptions, generateDemoDay, generateDemoMonth } from './generate/demo-month.ts';
export { DIRT, type Dirt, type Fate, SALES_COLUMNS } from './generate/dirt.ts';
export type { ManifestEntry } from './generate/manifest.ts';
export { DEFAULT_SEED, type GenerateOptions, SALES_DEFAULTS, type SalesOptions } from './generate/options.ts';
export { type Expected, type Generated, generateSales } from './generate/sales.ts';
