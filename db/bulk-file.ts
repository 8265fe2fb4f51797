import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { type Page, type PageStore, TableImage } from './page-image.ts';
import { STAGED_COLUMNS } from './roll-up-tables.ts';

/** Name that the file has in SQL. */
export const BULK = 'bulk';

const PAGES_PER_WRITE = 64;
/** Places in a database's header: https://www.sqlite.org/fileformat2.html#the_database_header */
const CHANGE_COUNTER = 24;
const PAGE_COUNT = 28;
const VALID_FOR = 92;

/**
 * A scratch database beside the warehouse with the same tables, attached as `bulk`. Its pages are written from here and read by
 * SQLite, which copies the rows over. Nothing in it outlives a commit.
 */
export class BulkFile implements PageStore {
  readonly pageBytes: number;
  readonly #file: string;
  readonly #fd: number;
  readonly #firstPage: DataView;
  readonly #roots: ReadonlyMap<string, number>;
  /** Pages that are next to each other in one buffer. */
  readonly #buffer: Uint8Array<ArrayBuffer>;
  readonly #pages: readonly { number: number; readonly bytes: DataView }[];
  /** Number of the buffer's first page, and how many of its pages are in use. */
  #from: number;
  #used = 0;
  #changes = 0;
  #spent = false;

  constructor(db: Database) {
    this.pageBytes = db.pragma('page_size', { simple: true }) as number;
    this.#file = `${db.name}-bulk`;
    remove(this.#file);
    this.#roots = create(db, this.#file);
    this.#fd = openSync(this.#file, 'r+');
    this.#firstPage = new DataView(new ArrayBuffer(this.pageBytes));
    readSync(this.#fd, this.#firstPage, 0, this.pageBytes, 0);
    const buffer = new ArrayBuffer(this.pageBytes * PAGES_PER_WRITE);
    this.#buffer = new Uint8Array(buffer);
    this.#pages = Array.from({ length: PAGES_PER_WRITE }, (_, i) => ({
      number: 0,
      bytes: new DataView(buffer, i * this.pageBytes, this.pageBytes),
    }));
    this.#from = this.#roots.size + 2;
  }

  /** Has it been published in this transaction? SQLite would not see a second time, so rows must go another way then. */
  get spent(): boolean {
    return this.#spent;
  }

  /** An image of the table, which has that many columns. Only one image may be filled at a time. */
  image(table: 'sales' | 'roll_ups', columns: number): TableImage {
    return new TableImage(this, this.#roots.get(table)!, columns);
  }

  add(): Page {
    if (this.#used === PAGES_PER_WRITE) this.#write();
    const page = this.#pages[this.#used]!;
    page.number = this.#from + this.#used++;
    return page;
  }

  put(number: number, bytes: DataView): void {
    this.#writeAt(bytes, number);
  }

  /** Makes what was added visible to SQLite, if it has not yet read this file in its transaction. */
  publish(): void {
    this.#write();
    this.#spent = true;
    const page = this.#firstPage;
    page.setUint32(CHANGE_COUNTER, ++this.#changes + 1000);
    page.setUint32(VALID_FOR, this.#changes + 1000);
    page.setUint32(PAGE_COUNT, this.#from - 1);
    this.#writeAt(page, 1);
  }

  /** Forgets all pages, for the next transaction. */
  clear(): void {
    this.#from = this.#roots.size + 2;
    this.#used = 0;
    this.#spent = false;
  }

  close(): void {
    closeSync(this.#fd);
    remove(this.#file);
  }

  #write(): void {
    this.#writeAt(this.#buffer.subarray(0, this.#used * this.pageBytes), this.#from);
    this.#from += this.#used;
    this.#used = 0;
  }

  #writeAt(bytes: Uint8Array | DataView, number: number): void {
    const { byteLength } = bytes;
    const start = (number - 1) * this.pageBytes;
    for (let done = 0; done < byteLength; ) done += writeSync(this.#fd, bytes, done, byteLength - done, start + done);
  }
}

/** Rows to be added to the roll-ups, numbered. */
const ROLL_UPS = `CREATE TABLE ${BULK}.roll_ups (entry INTEGER PRIMARY KEY, ${STAGED_COLUMNS.join(', ')})`;

/** Makes the scratch database with empty tables and returns their roots. */
function create(db: Database, file: string): Map<string, number> {
  db.prepare(`ATTACH ? AS ${BULK}`).run(file);
  db.pragma(`${BULK}.page_size = ${db.pragma('main.page_size', { simple: true })}`);
  db.pragma(`${BULK}.journal_mode = OFF`);
  db.pragma(`${BULK}.synchronous = OFF`);
  db.pragma(`${BULK}.cache_size = -1024`);
  db.exec(likeMain(db, 'sales'));
  db.exec(ROLL_UPS);
  const tables = db.prepare(`SELECT name, rootpage FROM ${BULK}.sqlite_schema`).raw().all() as [string, number][];
  return new Map(tables);
}

/** The statement that made a table of the warehouse, for SQLite copies whole rows only between tables that are alike. */
function likeMain(db: Database, table: string): string {
  const sql = db.prepare('SELECT sql FROM main.sqlite_schema WHERE name = ?').pluck().get(table) as string;
  return sql.replace(/^CREATE TABLE\s+"?\w+"?/i, `CREATE TABLE ${BULK}.${table}`);
}

function remove(file: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
}
