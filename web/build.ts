import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('.', import.meta.url));

/** Where the built page lies, as the server serves it. */
export const BUILD_FOLDER = join(ROOT, 'build');

/** Where it is put together, so that a server beside it never finds half a page. */
const STAGE = join(ROOT, '.svelte-kit', 'page');

/** Is there a page to serve? */
export function isDashboardBuilt(): boolean {
  return existsSync(join(BUILD_FOLDER, 'index.html'));
}

/** A folder that stands for "somebody is building": making it is possible for one only. */
const BUILDING = join(ROOT, '.building');
/** A builder that takes longer has died. */
const GIVEN_UP_MS = 120_000;

/** Builds the dashboard unless it is built; where another process is at it, waits for that one. */
export async function ensureDashboard(): Promise<void> {
  const waitedSince = Date.now();
  while (!isDashboardBuilt()) {
    if (await tryMake(BUILDING)) {
      try {
        return await buildDashboard();
      } finally {
        await rm(BUILDING, { recursive: true, force: true });
      }
    }
    if (Date.now() - waitedSince > GIVEN_UP_MS) await rm(BUILDING, { recursive: true, force: true });
    await delay(200);
  }
}

async function tryMake(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Builds the dashboard into {@link BUILD_FOLDER}, in a process of its own; takes some seconds.
 * Throws an Error with what the build said where it fails.
 */
export async function buildDashboard(): Promise<void> {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
  const preload = new URL('without-typescript.ts', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', preload, vite, 'build', '--logLevel', 'warn'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the dashboard could not be built:\n${Buffer.concat(said).toString().trim()}`);
  await moveScriptOut();
  await rm(BUILD_FOLDER, { recursive: true, force: true });
  await rename(STAGE, BUILD_FOLDER);
}

/** Puts the script written into the page into a file, so that a content security policy need allow none between tags. */
async function moveScriptOut(): Promise<void> {
  const index = join(STAGE, 'index.html');
  const page = await readFile(index, 'utf8');
  const inline = /<script>([\s\S]*?)<\/script>/;
  const script = inline.exec(page)?.[1];
  if (script === undefined) throw new Error(`the dashboard could not be built: ${index} starts nothing`);
  await writeFile(join(STAGE, 'start.js'), script);
  await writeFile(index, page.replace(inline, '<script src="/start.js"></script>'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildDashboard();
