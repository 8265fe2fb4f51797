import { access, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { dayNumber, isoDate } from './generate/calendar.ts';
import { generateDemoDay, generateDemoMonth } from './generate.ts';
import type { Home } from './home.ts';
import { inboxNames } from './inbox.ts';

/** Beside the data of a home whose sales are made up. */
interface DemoMark {
  /** For whoever finds the file. */
  readonly note: string;
  /** The last day made up, YYYY-MM-DD; null before the first month is there. */
  readonly last: string | null;
}

export interface DemoOptions {
  readonly home: Home;
  readonly now: () => number;
  readonly signal?: AbortSignal;
  /** Told before sales are made up. */
  readonly log?: (line: string) => void;
}

const NOTE = 'The sales in this home are made up. Without this file, no more are.';
/** Days that are made up at most where nothing ran for long. */
const MOST_DAYS = 31;

/**
 * Makes up sales: a month in an empty home, which is the demo from then on, and in the demo the days since. Puts them into the inbox
 * and returns the files' paths; none in any other home.
 */
export async function makeUpSales({ home, now, signal, log = () => {} }: DemoOptions): Promise<readonly string[]> {
  const today = new Intl.DateTimeFormat('sv-SE').format(now());
  const mark = (await readMark(home)) ?? (await begunIfEmpty(home));
  if (!mark || mark.last === today) return [];
  const staging = join(home.raw, '.demo');
  const common = { out: staging, ...(signal && { signal }) };
  const files: string[] = [];
  if (mark.last === null) {
    log('Nothing here yet: making up a month of sales to begin with …');
    files.push(...(await generateDemoMonth({ ...common, endDate: today })).files);
  } else {
    const end = dayNumber(today);
    for (let day = Math.max(dayNumber(mark.last) + 1, end - MOST_DAYS + 1); day <= end; day++) {
      files.push(...(await generateDemoDay({ ...common, endDate: isoDate(day) })).files);
    }
    if (files.length > 0)
      log(`This home is the demo: made up sales of ${files.length === 1 ? 'a day' : `${files.length} days`}`);
  }
  const dropped = await dropAll(files, home);
  await rm(staging, { recursive: true, force: true });
  if (mark.last === null || mark.last < today) await writeMark(home, { note: NOTE, last: today });
  return dropped;
}

/** All at once, so that whoever watches the inbox does not take some of them for all. */
async function dropAll(files: readonly string[], { raw }: Home): Promise<string[]> {
  const targets = files.map((file) => join(raw, basename(file)));
  for (const [i, file] of files.entries()) await rename(file, targets[i]!);
  return targets;
}

async function readMark({ demo }: Home): Promise<DemoMark | null> {
  const text = await readFile(demo, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as DemoMark);
}

/** Marks a home that has nothing as the demo, before anything is made up: should that be interrupted, it is begun again. */
async function begunIfEmpty(home: Home): Promise<DemoMark | null> {
  if (!(await isEmpty(home))) return null;
  const mark = { note: NOTE, last: null };
  await writeMark(home, mark);
  return mark;
}

async function writeMark({ demo }: Home, mark: DemoMark): Promise<void> {
  await writeFile(`${demo}.new`, `${JSON.stringify(mark, null, 2)}\n`);
  await rename(`${demo}.new`, demo);
}

/** Nothing to load and nothing loaded. */
async function isEmpty(home: Home): Promise<boolean> {
  const hasDatabase = await access(home.database).then(
    () => true,
    () => false,
  );
  if (hasDatabase || (await inboxNames(home)).length > 0) return false;
  const originals = (await readdir(home.ingested)).filter((name) => !name.startsWith('.'));
  return originals.length === 0 && (await readdir(home.claimed)).length === 0;
}
