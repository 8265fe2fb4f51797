import { TillstreamError } from '../../engine/errors.ts';
import { suggestion } from '../../engine/nearest.ts';
import { dayNumber } from './calendar.ts';

/** Seed of the shop whose catalogue and stores ship with the project. */
export const DEFAULT_SEED = 1;

export interface SalesOptions {
  /** Records to write, spoilt ones among them. Default 100,000. */
  readonly rows?: number;
  /** Days they spread over, the last being `endDate`. Default 30. */
  readonly days?: number;
  /** Of what is drawn for the sales. Default {@link DEFAULT_SEED}. */
  readonly seed?: number;
  /** Of the shop: price list and stores. By default the one whose catalogue ships, whatever `seed` is. */
  readonly shopSeed?: number;
  /** Fraction of the records to spoil, 0 to 1. Default 0. */
  readonly dirty?: number;
  /** Last day, `YYYY-MM-DD`. Default 2025-12-31. */
  readonly endDate?: string;
  /** Default 20. */
  readonly stores?: number;
  /** Default 150. */
  readonly products?: number;
  /** One file instead of one a day. Default false. */
  readonly single?: boolean;
  /** Every text cell in quotes. Default false. */
  readonly quoted?: boolean;
  /** Number of the first order. Default 1. */
  readonly firstOrder?: number;
}

export interface GenerateOptions extends SalesOptions {
  /** Folder of the files; made if need be. */
  readonly out: string;
  /** Path of the manifest, or false for none. Default `OUT/manifest/manifest.jsonl`, when `dirty` is above 0. */
  readonly manifest?: string | false;
  readonly signal?: AbortSignal;
  /** Told now and then how many records are written. */
  readonly onProgress?: (rows: number) => void;
}

export const SALES_DEFAULTS: Required<SalesOptions> = Object.freeze({
  rows: 100_000,
  days: 30,
  seed: DEFAULT_SEED,
  shopSeed: DEFAULT_SEED,
  dirty: 0,
  endDate: '2025-12-31',
  stores: 20,
  products: 150,
  single: false,
  quoted: false,
  firstOrder: 1,
});

const OWN_KEYS = ['out', 'manifest', 'signal', 'onProgress'];

/** Lowest and highest of each whole number; the highest are what ids and tables have room for. */
const LIMITS: Readonly<Record<string, readonly [number, number]>> = {
  rows: [1, 999_999_999],
  days: [1, 36_500],
  seed: [0, Number.MAX_SAFE_INTEGER],
  shopSeed: [0, Number.MAX_SAFE_INTEGER],
  stores: [1, 500],
  products: [1, 9_999],
  firstOrder: [1, 999_999_999],
};

/** The options with defaults filled in. Throws TillstreamError `invalid_option`. */
export function filledOptions(options: GenerateOptions): GenerateOptions & Required<SalesOptions> {
  refuseUnknown(Object.keys(options), [...Object.keys(SALES_DEFAULTS), ...OWN_KEYS]);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const filled = { ...SALES_DEFAULTS, ...(given as unknown as GenerateOptions) };
  for (const [key, [least, most]] of Object.entries(LIMITS)) {
    requireWhole(key, filled[key as keyof typeof filled], least, most);
  }
  if (!(filled.dirty >= 0 && filled.dirty <= 1)) throw invalid(`dirty must be from 0 to 1, got ${filled.dirty}`);
  try {
    dayNumber(filled.endDate);
  } catch (cause) {
    throw invalid(`endDate: ${(cause as Error).message}`);
  }
  return filled;
}

/** Throws TillstreamError `invalid_option` for a key that is not among `known`. */
export function refuseUnknown(keys: readonly string[], known: readonly string[]): void {
  for (const key of keys) {
    if (!known.includes(key)) throw invalid(`unknown option "${key}"${suggestion(key, known)}`);
  }
}

/** Throws TillstreamError `invalid_option` unless `value` is a whole number in [least, most]. */
export function requireWhole(key: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  throw invalid(`${key} must be a whole number from ${least} to ${most}, got ${String(value)}`);
}

function invalid(message: string): TillstreamError {
  return new TillstreamError('invalid_option', message);
}
