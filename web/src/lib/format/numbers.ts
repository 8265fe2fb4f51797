/** Texts of figures in the viewer's own locale. */

const formats = new Map<string, Intl.NumberFormat>();

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.NumberFormat(undefined, options);
  formats.set(key, known);
  return known;
}

/** What stands where there is no figure. */
export const NO_FIGURE = '–';

type Figure = number | string | null | undefined;

const isFigure = (value: Figure): value is number | string => value !== null && value !== undefined && value !== '';

export function count(value: Figure): string {
  return isFigure(value) ? format({ maximumFractionDigits: 0 }).format(value as number) : NO_FIGURE;
}

/** A short count for tight places: 12.3K. */
export function shortCount(value: Figure): string {
  return isFigure(value)
    ? format({ notation: 'compact', maximumFractionDigits: 1 }).format(value as number)
    : NO_FIGURE;
}

/** Money as number, or as exact decimal text; in a currency where there is one. */
export function money(value: Figure, currency: string | null = null): string {
  if (!isFigure(value)) return NO_FIGURE;
  const unit = currency ? ({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const) : {};
  return format({ ...unit, minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value as number);
}

/** Money without cents once it is large, for tiles and axes. */
export function shortMoney(value: Figure, currency: string | null = null): string {
  if (!isFigure(value)) return NO_FIGURE;
  const unit = currency ? ({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const) : {};
  return format({ ...unit, notation: 'compact', maximumFractionDigits: 1 }).format(value as number);
}

/** Money as a headline has it: to the cent while small, whole when large, short when huge. */
export function tileMoney(value: number | null | undefined, currency: string | null = null): string {
  const size = Math.abs(value ?? 0);
  if (size < 10_000) return money(value, currency);
  if (size >= 1e9 || !isFigure(value)) return shortMoney(value, currency);
  const unit = currency ? ({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const) : {};
  return format({ ...unit, maximumFractionDigits: 0 }).format(value as number);
}

/** 0.25 as 25 %. */
export function share(value: Figure, digits = 0): string {
  return isFigure(value)
    ? format({ style: 'percent', maximumFractionDigits: digits }).format(value as number)
    : NO_FIGURE;
}

/** 22.5 as 22.5 %. */
export function percent(value: number | null | undefined, digits = 1): string {
  return isFigure(value) ? share((value as number) / 100, digits) : NO_FIGURE;
}

/** 0.1 as +10 %. */
export function change(value: number | null | undefined): string {
  if (!isFigure(value)) return NO_FIGURE;
  return format({ style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(value as number);
}

/** Percentage points. */
export function points(value: number | null | undefined): string {
  if (!isFigure(value)) return NO_FIGURE;
  return `${format({ maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(value as number)} pt`;
}

export function bytes(value: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  const digits = power === 0 ? 0 : 1;
  return format({ style: 'unit', unit: units[power]!, maximumFractionDigits: digits }).format(value / 1000 ** power);
}
