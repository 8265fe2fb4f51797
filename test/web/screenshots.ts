/** Takes the pictures in docs/screenshots: `npm run screenshots`. Real pages of a real server, with made-up sales. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { generateSales } from '../../jobs/generate.ts';
import { type Home, initHome } from '../../jobs/home.ts';
import type { Monitoring } from '../../server/schemas.ts';
import { serve } from '../../server/serve.ts';
import { buildDashboard } from '../../web/build.ts';
import { launch, PHONE } from './browser.ts';

const OUT = join(import.meta.dirname, '..', '..', 'docs', 'screenshots');
const WIDE = { width: 1280, height: 860 };

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly options?: BrowserContextOptions;
  /** What a person does before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>;
}

const dark = { colorScheme: 'dark' } as const;
const PICTURES: readonly Picture[] = [
  { name: 'sales', path: '#/sales?period=30d' },
  { name: 'sales-dark', path: '#/sales?period=90d&region=North&region=South', options: dark },
  { name: 'run', path: '#/runs/1', act: (page) => page.getByRole('slider').press('PageDown') },
  { name: 'dead-letters', path: '#/dead-letters?reason=not_a_date' },
  { name: 'operators', path: '#/operators', options: dark },
  { name: 'monitoring', path: '#/monitoring' },
  { name: 'monitoring-phone', path: '#/monitoring', options: { ...dark, viewport: PHONE, deviceScaleFactor: 1.5 } },
  { name: 'jobs', path: '#/jobs' },
  { name: 'sales-phone', path: '#/sales?period=30d', options: { viewport: PHONE, deviceScaleFactor: 1.5 } },
];

const folder = await mkdtemp(join(tmpdir(), 'tillstream-'));
const browser = await launch();
try {
  await mkdir(OUT, { recursive: true });
  await buildDashboard();
  const home = await initHome(join(folder, 'home'));
  const endDate = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const { files } = await generateSales({
    out: home.raw,
    manifest: false,
    rows: 80_000,
    days: 180,
    dirty: 0.002,
    endDate,
  });
  await loseStore(files.at(-1) ?? '', 'S004');
  const serving = await serve({ home, port: 0, jobs: true });
  await checked(serving.url);
  for (const picture of PICTURES) await take(browser, serving.url, picture);
  await take(browser, serving.url, { name: 'live', path: '', act: (page) => loadBigFile(page, home) });
  await take(browser, serving.url, {
    name: 'live-phone',
    path: '',
    options: { ...dark, viewport: PHONE, deviceScaleFactor: 1.5 },
  });
  await serving.stop();
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}

async function take(browser: Browser, url: string, { name, path, options, act }: Picture): Promise<void> {
  const context = await browser.newContext({ viewport: WIDE, locale: 'en-GB', reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.goto(`${url}/${path}`);
  await page.waitForLoadState('networkidle');
  await act?.(page);
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(OUT, `${name}.png`) });
  await context.close();
}

/** A till that did not report, so that there is something to be alerted of. */
async function loseStore(path: string, store: string): Promise<void> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, lines.filter((line) => !line.includes(`,${store},`)).join('\n'));
}

/** Resolves when the figures have been checked. */
async function checked(url: string): Promise<void> {
  for (;;) {
    const { last_run } = (await (await fetch(`${url}/monitoring`)).json()) as Monitoring;
    if (last_run) return;
    await delay(250);
  }
}

/** Until it is half in. */
async function loadBigFile(page: Page, home: Home): Promise<void> {
  const out = join(home.dir, 'more');
  await generateSales({
    out,
    manifest: false,
    single: true,
    rows: 400_000,
    days: 7,
    dirty: 0.001,
    firstOrder: 500_000,
    seed: 2,
  });
  const [name = ''] = (await readdir(out)).filter((each) => each.endsWith('.csv'));
  const buffer = await readFile(join(out, name));
  await page.setInputFiles('input[type=file]', { name, mimeType: 'text/csv', buffer });
  await page.getByText(`Loading ${name}`).waitFor();
  const progress = page.getByRole('progressbar', { name: 'Bytes of this run' });
  while (Number(await progress.getAttribute('value')) < 0.35) await page.waitForTimeout(30);
}
