import { basename, join } from 'node:path';
import { allot, dayNumber, demand, isoDate } from './calendar.ts';
import { Manifest } from './manifest.ts';
import { filledOptions, type GenerateOptions, type SalesOptions } from './options.ts';
import { Output } from './output.ts';
import { SALES_HEADER } from './row-writer.ts';
import { createShop } from './shop.ts';
import { ORDER_BYTES, Till } from './till.ts';

/** What was written, and what a correct ingestion makes of it. */
export interface Generated {
  /** Paths, oldest day first. A day on which nothing was sold has none. */
  readonly files: readonly string[];
  /** Records, header lines not counted. */
  readonly rows: number;
  readonly bytes: number;
  /** Path of the manifest of spoilt records: one {@link ManifestEntry} a line, as JSON. */
  readonly manifest?: string;
  readonly expected: Expected;
}

/** How many of the records end where. */
export interface Expected {
  readonly accepted: number;
  readonly deadLettered: number;
  readonly filtered: number;
  /** Money in the accepted records, in 1/10,000 of the currency unit. */
  readonly revenue: number;
}

/** A file to be written, with the rows of each of its days. */
interface PlannedFile {
  readonly path: string;
  readonly days: readonly { readonly day: number; readonly rows: number }[];
}

const CHUNK_BYTES = 1 << 20;

/**
 * Writes synthetic sales of a shop: a file a day, `sales_YYYY-MM-DD.csv`, or one for all, and a manifest of the records
 * spoilt. The same options give the same bytes. Rejects with `invalid_option`, with what the file system says, or with
 * the signal's reason.
 */
export async function generateSales(options: GenerateOptions): Promise<Generated> {
  const filled = filledOptions(options);
  const till = new Till(createShop(filled.shopSeed, filled.products, filled.stores), filled);
  const manifest = new Manifest(filled);
  const buffers = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)];
  const files = plannedFiles(filled);
  let bytes = 0;
  let rows = 0;
  const written = (added: number, ofRows: number): void => {
    filled.signal?.throwIfAborted();
    bytes += added;
    rows += ofRows;
    filled.onProgress?.(rows);
  };
  try {
    for (const file of files) await writeSales(file, till, manifest, buffers, written);
    await manifest.finish();
  } catch (error) {
    await manifest.abandon();
    throw error;
  }
  return {
    files: files.map(({ path }) => path),
    rows,
    bytes,
    ...(manifest.path === undefined ? {} : { manifest: manifest.path }),
    expected: expected(rows, till.revenue, manifest),
  };
}

function plannedFiles(options: GenerateOptions & Required<SalesOptions>): PlannedFile[] {
  const { out, single, seed, days: count } = options;
  const last = dayNumber(options.endDate);
  const days = Array.from({ length: count }, (_, i) => last - count + 1 + i);
  const weights = days.map((day) => demand(seed, day));
  const rows = allot(options.rows, weights);
  const selling = days.map((day, i) => ({ day, rows: rows[i] ?? 0 })).filter((each) => each.rows > 0);
  if (single) return [{ path: join(out, `sales_${isoDate(days[0]!)}_${isoDate(last)}.csv`), days: selling }];
  return selling.map((each) => ({ path: join(out, `sales_${isoDate(each.day)}.csv`), days: [each] }));
}

/** Fills one buffer while the other is being written. */
async function writeSales(
  file: PlannedFile,
  till: Till,
  manifest: Manifest,
  buffers: Buffer[],
  written: (bytes: number, rows: number) => void,
): Promise<void> {
  const output = await Output.create(file.path);
  try {
    let at = buffers[0]!.write(SALES_HEADER);
    till.line = 2;
    const flush = async (): Promise<void> => {
      await output.write(buffers[0]!.subarray(0, at));
      await manifest.add(basename(file.path), till.spoiler.take());
      buffers.reverse();
      at = 0;
    };
    for (const { day, rows } of file.days) {
      till.open(day, rows);
      while (till.rowsLeft > 0) {
        const before = till.rowsLeft;
        const end = till.fill(buffers[0]!, at);
        written(end - at, before - till.rowsLeft);
        at = end;
        if (at > CHUNK_BYTES - ORDER_BYTES) await flush();
      }
    }
    await flush();
    await output.finish();
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

function expected(rows: number, revenue: number, { counts }: Manifest): Expected {
  const { dead_letter: deadLettered, filtered } = counts;
  return { accepted: rows - deadLettered - filtered, deadLettered, filtered, revenue };
}
