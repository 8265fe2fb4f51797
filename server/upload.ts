import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isInboxName } from '../jobs/inbox.ts';
import { ProblemError } from './errors.ts';

const PREFIX = '.upload-';
const LONGEST_NAME = 120;
const DAY_MS = 86_400_000;
/** The inbox takes a file for whole when it was last written longer ago than some seconds. */
const WHOLE_MS = 10_000;

export interface Uploaded {
  readonly name: string;
  readonly size_bytes: number;
}

/**
 * A name that may stand in the inbox: the last part of the path, without what file systems, shells and spreadsheets stumble over.
 * Throws `not_a_sales_file` if it isn't one of a CSV.
 */
export function safeName(sent: string): string {
  const last = sent.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const plain = last.replace(/[\p{Cc}\p{Cf}<>:"|?*`$;&]/gu, '').trim();
  const name = plain.replace(/^[.~\-\s]+/, '');
  const { name: stem, ext } = splitName(name);
  const cut = `${[...stem].slice(0, LONGEST_NAME).join('')}${ext}`;
  if (stem === '' || !isInboxName(cut)) {
    throw new ProblemError(
      'not_a_sales_file',
      `the inbox takes .csv, .tsv, .tab, .psv and .txt, also with .gz; got "${last}"`,
    );
  }
  return cut;
}

function splitName(name: string): { name: string; ext: string } {
  const whole = parse(name);
  if (whole.ext.toLowerCase() !== '.gz') return whole;
  const inner = parse(whole.name);
  return { name: inner.name, ext: `${inner.ext}${whole.ext}` };
}

/**
 * Writes what is sent into the inbox, piece by piece, under a hidden name; it gets its own when all of it is there. A name that is
 * taken is kept, and the new file is called `name-2.csv`. `isWhole` tells afterwards whether nothing was cut off.
 */
export async function receiveFile(
  raw: string,
  sent: string,
  data: Readable,
  isWhole: () => boolean,
): Promise<Uploaded> {
  const name = safeName(sent);
  await mkdir(raw, { recursive: true });
  const hidden = join(raw, `${PREFIX}${randomUUID()}.part`);
  try {
    await pipeline(data, createWriteStream(hidden, { flags: 'wx', flush: true }));
    if (!isWhole()) throw new ProblemError('too_large', `${name} is larger than what may be uploaded`);
    const { size } = await stat(hidden);
    // It is whole, whatever its clock says, so that the next run need not wait to see whether it grows.
    const written = new Date(Date.now() - WHOLE_MS);
    await utimes(hidden, written, written);
    return { name: await settle(hidden, raw, name), size_bytes: size };
  } catch (error) {
    await rm(hidden, { force: true });
    throw error;
  }
}

/** Gives the file its name without ever taking another's place. */
async function settle(hidden: string, raw: string, name: string): Promise<string> {
  const { name: stem, ext } = splitName(name);
  for (let copy = 1; ; copy++) {
    const free = copy === 1 ? name : `${stem}-${copy}${ext}`;
    try {
      // Unlike a rename, a link fails where the name is taken.
      await link(hidden, join(raw, free));
      await rm(hidden, { force: true });
      return free;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue;
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
      // A file system without links.
      await rename(hidden, join(raw, free));
      return free;
    }
  }
}

/** Removes what uploads have left behind that a crash cut off. */
export async function sweepUploads(raw: string, now: number): Promise<void> {
  for (const name of await readdir(raw).catch(() => [])) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(raw, name);
    const stats = await stat(path).catch(() => null);
    if (stats && now - stats.mtimeMs > DAY_MS) await rm(path, { force: true });
  }
}
