import { existsSync } from 'node:fs';
import sparticuz from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'];

/** The system's Chromium where there is one, else the one that comes as a package. */
export async function launch(): Promise<Browser> {
  const system = [process.env.CHROMIUM, ...SYSTEM].find((path) => path && existsSync(path));
  const executablePath = system ?? (await sparticuz.executablePath());
  // Not with the package's own arguments: one process for all ends with the first page, and its web security is off.
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

export interface Visit {
  readonly page: Page;
  /** What the page complained about. */
  readonly complaints: string[];
  /** Texts of the live connection, from the server and from the page. */
  readonly received: string[];
  readonly sent: string[];
}

export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 360, height: 740 };

/** A page at that address, in English and without motion unless asked otherwise; closed after the test. */
export async function visit(
  t: Test,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-GB', reducedMotion: 'reduce', ...options });
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const seen: Visit = { page, complaints: [], received: [], sent: [] };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) seen.complaints.push(message.text());
  });
  page.on('pageerror', (error) => seen.complaints.push(String(error.stack)));
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => seen.received.push(String(payload)));
    socket.on('framesent', ({ payload }) => seen.sent.push(String(payload)));
  });
  await page.goto(url);
  return seen;
}

/** Drops a file on the page as a person does. */
export async function dropFile(page: Page, name: string, text: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}, { type: 'text/csv' }));
    return transfer;
  })()`);
  await page.dispatchEvent('label:has(input[type=file])', 'drop', { dataTransfer });
}

/** Value of the tile with that label. */
export function tile(page: Page, label: string): Promise<string> {
  return page
    .locator('.tile', { has: page.getByText(label, { exact: true }) })
    .locator('.value')
    .innerText();
}
