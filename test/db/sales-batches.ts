import { marginOf } from '../../db/margin.ts';
import { Batch, DEAD_LETTER, type Split, syntheticProvenance } from '../../engine/batch.ts';
import {
  type Column,
  DictionaryColumn,
  IdentifierColumn,
  NumberColumn,
  splitIdentifier,
  TextColumn,
} from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import type { Checkpoint, OperatorCounts, Tally } from '../../engine/operator.ts';
import { emptyCounts } from '../../engine/tally.ts';
import type { WriteTallies } from '../../operators/warehouse.ts';

/** A sale as a test writes it: texts and scaled integers, null or absent where missing. */
export interface Sale {
  readonly day?: number;
  readonly soldAt?: number | null;
  readonly store?: string | null;
  readonly region?: string | null;
  readonly currency?: string | null;
  readonly product?: string | null;
  readonly category?: string | null;
  readonly name?: string | null;
  readonly customer?: string | null;
  readonly order?: string | null;
  readonly line?: number | null;
  readonly payment?: string | null;
  readonly quantity?: number | null;
  readonly unitPrice?: number | null;
  readonly discount?: number | null;
  readonly revenue?: number | null;
  readonly cost?: number | null;
  readonly attributes?: string | null;
}

export function dictionaryColumn(texts: readonly (string | null)[], dictionary = new Dictionary()): DictionaryColumn {
  const codes = Int32Array.from(texts, (text) => (text === null ? -1 : dictionary.encode(text)));
  return new DictionaryColumn(codes, dictionary);
}

export function identifierColumn(texts: readonly (string | null)[], dictionary = new Dictionary()): IdentifierColumn {
  const split = texts.map((text) => (text === null ? null : splitIdentifier(text)));
  const codes = Int32Array.from(split, (parts) => (parts === null ? -1 : dictionary.encode(parts.affix)));
  return new IdentifierColumn(
    codes,
    Float64Array.from(split, (parts) => parts?.number ?? 0),
    dictionary,
  );
}

export function numberColumn(
  type: 'integer' | 'decimal' | 'datetime',
  values: readonly (number | null | undefined)[],
  scale = 1,
): NumberColumn {
  return new NumberColumn(
    type,
    Float64Array.from(values, (value) => value ?? Number.NaN),
    scale,
  );
}

/** Columns that at least one of the sales has. */
function columnsOf(sales: readonly Sale[]): Map<string, Column> {
  const columns = new Map<string, Column>();
  const has = (key: keyof Sale) => sales.some((sale) => sale[key] !== undefined);
  const texts = (key: keyof Sale) => sales.map((sale) => (sale[key] ?? null) as string | null);
  const numbers = (key: keyof Sale) => sales.map((sale) => sale[key] as number | null | undefined);
  const dictionaries = {
    store: 'store_id',
    region: 'region',
    currency: 'currency',
    product: 'product_id',
    category: 'category',
    name: 'product_name',
    payment: 'payment_method',
  } as const;
  for (const [key, name] of Object.entries(dictionaries) as [keyof Sale, string][]) {
    if (has(key)) columns.set(name, dictionaryColumn(texts(key)));
  }
  for (const [key, name] of [
    ['customer', 'customer_id'],
    ['order', 'order_id'],
  ] as const) {
    if (has(key)) columns.set(name, identifierColumn(texts(key)));
  }
  const decimals = {
    quantity: ['quantity', 1000],
    unitPrice: ['unit_price', 10_000],
    discount: ['discount', 10_000],
    revenue: ['revenue', 10_000],
    cost: ['cost', 10_000],
  } as const;
  for (const [key, [name, scale]] of Object.entries(decimals) as [keyof Sale, [string, number]][]) {
    if (has(key)) columns.set(name, numberColumn('decimal', numbers(key), scale));
  }
  if (has('line')) columns.set('line', numberColumn('integer', numbers('line')));
  if (has('soldAt')) columns.set('sold_at', numberColumn('datetime', numbers('soldAt')));
  if (has('attributes')) columns.set('attributes', new TextColumn(texts('attributes')));
  columns.set(
    'day',
    numberColumn(
      'integer',
      sales.map((sale) => sale.day ?? 0),
    ),
  );
  return columns;
}

/** A batch of the main port, from line `firstLine` of the file on. */
export function salesBatch(fileId: number, sales: readonly Sale[], firstLine = 2): Batch {
  return new Batch({
    split: splitOf(fileId),
    sequence: 0,
    provenance: syntheticProvenance(sales.length, firstLine),
    columns: columnsOf(sales),
    length: sales.length,
  });
}

/** What `aggregate` would emit for these sales. */
export function aggregateBatch(fileId: number, sales: readonly Sale[]): Batch {
  const groups = Map.groupBy(sales, ({ day = 0, store, region, currency, product, category }) =>
    JSON.stringify([day, store ?? null, region ?? null, currency ?? null, product ?? null, category ?? null]),
  );
  const cells = [...groups.values()];
  const texts = (key: keyof Sale) => dictionaryColumn(cells.map(([first]) => (first![key] ?? null) as string | null));
  const sums = (of: (sale: Sale) => number, scale = 1) =>
    numberColumn(
      scale === 1 ? 'integer' : 'decimal',
      cells.map((cell) => cell.reduce((sum, sale) => sum + of(sale), 0)),
      scale,
    );
  const known = ({ revenue = null, cost = null }: Sale) => revenue !== null && cost !== null;
  const margin = ({ revenue = null, cost = null }: Sale) => marginOf(revenue, cost);
  const columns = new Map<string, Column>([
    [
      'day',
      numberColumn(
        'integer',
        cells.map(([first]) => first!.day ?? 0),
      ),
    ],
    ['store_id', texts('store')],
    ['region', texts('region')],
    ['currency', texts('currency')],
    ['product_id', texts('product')],
    ['category', texts('category')],
    ['lines', sums(() => 1)],
    ['quantity', sums((sale) => sale.quantity ?? 0, 1000)],
    ['revenue', sums((sale) => sale.revenue ?? 0, 10_000)],
    ['profit', sums((sale) => (known(sale) ? sale.revenue! - sale.cost! : 0), 10_000)],
    ['costed_revenue', sums((sale) => (known(sale) ? sale.revenue! : 0), 10_000)],
    ['margin_lines', sums((sale) => (margin(sale) === null ? 0 : 1))],
    ['margin_sum', sums((sale) => margin(sale) ?? 0)],
  ]);
  const length = cells.length;
  return new Batch({
    split: splitOf(fileId),
    sequence: 0,
    provenance: syntheticProvenance(length),
    columns,
    length,
    port: 'aggregate',
  });
}

/** Dead letters, one for each line given. */
export function letterBatch(fileId: number, lines: readonly number[], reason = 'not_a_number'): Batch {
  const text = (of: (line: number) => string | null) => new TextColumn(lines.map(of));
  const provenance = syntheticProvenance(lines.length);
  provenance.lines.set(lines);
  const columns = new Map<string, Column>([
    ['operator', text(() => 'validate')],
    ['reason', text(() => reason)],
    ['field', text(() => 'quantity')],
    ['message', text((line) => `quantity: expected a number, got "x${line}"`)],
    ['faults', text(() => JSON.stringify([{ code: reason, message: 'm', field: 'quantity' }]))],
    ['raw', text((line) => `raw ${line}`)],
    [
      'byte_offset',
      numberColumn(
        'integer',
        lines.map((line) => line * 10),
      ),
    ],
    [
      'amount',
      numberColumn(
        'decimal',
        lines.map(() => null),
        10_000,
      ),
    ],
  ]);
  const length = lines.length;
  return new Batch({ split: splitOf(fileId), sequence: 0, provenance, columns, length, port: DEAD_LETTER });
}

function splitOf(fileId: number): Split {
  return { fileId, file: `file-${fileId}.csv`, part: 0 };
}

/** Counts of a plan csv-source → validate → batch-insert that was given these records. */
export function countsOf(written: WriteTallies, letters = 0): Record<string, OperatorCounts> {
  const total: Tally = { records: 0, amount: 0 };
  for (const { records, amount } of Object.values(written)) {
    total.records += records;
    total.amount += amount;
  }
  const deadLettered = letters > 0 ? { not_a_number: { records: letters, amount: 0 } } : {};
  return {
    'csv-source': { ...emptyCounts(), out: { records: total.records + letters, amount: 0 } },
    validate: {
      ...emptyCounts(),
      found: total.amount,
      in: { records: total.records + letters, amount: 0 },
      out: { ...total },
      deadLettered,
    },
    'batch-insert': { ...emptyCounts(), in: { ...total }, written: { ...written } },
  };
}

export function addTallies(to: Record<string, Tally>, from: WriteTallies): WriteTallies {
  for (const outcome of ['inserted', 'updated', 'unchanged'] as const) {
    to[outcome] ??= { records: 0, amount: 0 };
    const tally = to[outcome];
    tally.records += from[outcome].records;
    tally.amount += from[outcome].amount;
  }
  return to as unknown as WriteTallies;
}

export function checkpointOf(
  number: number,
  counts: Record<string, OperatorCounts>,
  { last = true, sha256 = `hash-${number}` }: { last?: boolean; sha256?: string } = {},
): Checkpoint {
  const state = last ? { sha256, number } : { number };
  return {
    kind: 'checkpoint',
    number,
    position: { kind: 'position', bytes: (number + 1) * 1000, state, last },
    states: { deduplicate: { seen: number } },
    counts,
  };
}
