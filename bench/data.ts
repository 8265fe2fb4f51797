import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSales, writeCatalogue } from '../jobs/generate.ts';

export type Shape = 'unquoted' | 'quoted';

/** A file to be loaded, and what loading it must come to. */
export interface Sample {
  readonly files: readonly string[];
  readonly rows: number;
  /** In 1/10,000 of the currency unit. */
  readonly revenue: number;
  readonly bytes: number;
}

const MONTH = 30;

/** One file of `rows` generated sales over a month or other `days`, made once and kept in `folder`. */
export async function salesSample(folder: string, rows: number, shape: Shape, days = MONTH): Promise<Sample> {
  const out = join(folder, `${shape}-${rows}${days === MONTH ? '' : `-${days}-days`}`);
  const note = join(out, 'sample.json');
  if (!existsSync(note)) {
    const made = await generateSales({ rows, days, single: true, quoted: shape === 'quoted', out });
    const { files, bytes, expected } = made;
    writeFileSync(note, JSON.stringify({ files, rows, bytes, revenue: expected.revenue } satisfies Sample));
  }
  return JSON.parse(readFileSync(note, 'utf8')) as Sample;
}

/** The catalogue of the shop whose sales {@link salesSample} makes. */
export async function catalogue(folder: string): Promise<string> {
  return (await writeCatalogue({ out: join(folder, 'catalogue') })).products;
}
