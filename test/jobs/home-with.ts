import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { contentsDigest } from '../../db/contents.ts';
import { type Home, homeAt, makeFolders } from '../../jobs/home.ts';
import { ownFolder } from '../own-folder.ts';

/** A dataset of four columns, enough for most of what a home must do. */
export const TILL = {
  match: { header: ['sold', 'article', 'pieces', 'price'] },
  fields: [
    { name: 'sold', type: 'date' },
    { name: 'article', type: 'string', constraints: { required: true } },
    { name: 'pieces', type: 'integer', constraints: { required: true } },
    { name: 'price', type: 'number', constraints: { required: true } },
  ],
  map: { sold_at: 'sold', product_id: 'article', quantity: 'pieces', unit_price: 'price' },
};

/** A home with these datasets and files; names are relative to its folder. */
export async function homeWith(
  t: Test,
  files: Readonly<Record<string, string | Buffer>> = {},
  config: object = { datasets: { till: TILL } },
): Promise<Home> {
  const home = homeAt(join(ownFolder(t), 'home'));
  await mkdir(home.dir, { recursive: true });
  await makeFolders(home);
  await writeFile(home.config, JSON.stringify(config));
  for (const [name, content] of Object.entries(files)) await drop(join(home.dir, name), content);
  return home;
}

/** Writes a file that nobody is writing any more: one just written would have to settle before it is taken. */
export async function drop(path: string, content: string | Buffer): Promise<void> {
  await writeFile(path, content);
  await utimes(path, 0, 0);
}

/** `count` sound records of {@link TILL}; each is 2 pieces at 1.50, a revenue of 3. */
export function tillCsv(count: number, first = 1): string {
  const lines = Array.from(
    { length: count },
    (_, i) => `2025-03-${String(1 + ((first + i) % 28)).padStart(2, '0')},A${first + i},2,1.50\n`,
  );
  return `sold,article,pieces,price\n${lines.join('')}`;
}

/** What the home's warehouse says. */
export function contentsOf(home: Home): Record<string, string> {
  const db = openDatabase(home.database, { readonly: true });
  try {
    return contentsDigest(db);
  } finally {
    db.close();
  }
}

/** The one number that a query gives. */
export function figure(home: Home, sql: string): unknown {
  const db = openDatabase(home.database, { readonly: true });
  try {
    return db.prepare(sql).pluck().get();
  } finally {
    db.close();
  }
}
