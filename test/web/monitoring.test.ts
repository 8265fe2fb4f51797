import { readFile, writeFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import type { Home } from '../../jobs/home.ts';
import type { AlertPage, JobList, Monitoring } from '../../server/schemas.ts';
import { ensureDashboard } from '../../web/build.ts';
import { drop, json, newHome, type Serving, served, until } from '../server/serving.ts';
import { graveFindings } from './accessibility.ts';
import { dropFile, launch, PHONE, visit } from './browser.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HEADER = 'order_id,line,sold_at,store_id,product_id,customer_id,quantity,unit_price,discount,payment_method';
const STORES = ['S001', 'S002', 'S003', 'S004'];
const HISTORY_DAYS = 42;

let browser: Browser;
t.before(async () => {
  await ensureDashboard();
  browser = await launch();
});
t.teardown(() => browser?.close());

/** Hours that the shop's clock is ahead: it is afternoon there, for what a store has not reported is waited for until noon. */
const AHEAD = Math.min(18 - new Date().getUTCHours(), 14);
const TIME_ZONE = `Etc/GMT${AHEAD > 0 ? '-' : '+'}${Math.abs(AHEAD)}`;

/** The day so many days ago, where the shop is; checks look at days that are over. */
function daysAgo(days: number): string {
  return new Date(Date.now() + AHEAD * HOUR_MS - days * DAY_MS).toISOString().slice(0, 10);
}

/** About twenty lines of each store. */
function dayOf(day: string, stores: readonly string[], first = 0): string[] {
  const number = Math.round(Date.parse(day) / DAY_MS);
  return stores.flatMap((store, index) =>
    Array.from({ length: 20 + ((number + index) % 3) }, (_, line) => {
      const hour = String(9 + (line % 10)).padStart(2, '0');
      return `${day}-${store}-${first + line},1,${day} ${hour}:15:00,${store},P000${(line % 9) + 1},,1,${10 + (line % 7)}.00,0,card`;
    }),
  );
}

function csv(lines: readonly string[]): string {
  return `${[HEADER, ...lines].join('\n')}\n`;
}

async function shopWithHistory(t: Test): Promise<{ home: Home; serving: Serving }> {
  const home = await newHome(t);
  const config = JSON.parse(await readFile(home.config, 'utf8')) as object;
  await writeFile(
    home.config,
    JSON.stringify({ ...config, jobs: { 'daily-run': { atStart: false } }, monitoring: { timeZone: TIME_ZONE } }),
  );
  const days = Array.from({ length: HISTORY_DAYS }, (_, index) => daysAgo(HISTORY_DAYS + 1 - index));
  await drop(home, 'history.csv', csv(days.flatMap((day) => dayOf(day, STORES))));
  const serving = await served(t, home, { jobs: true });
  await checked(serving, 0);
  return { home, serving };
}

/** Resolves with what the checks found in a pass later than that one. */
function checked(serving: Serving, after: number): Promise<Monitoring> {
  return until(
    () => json<Monitoring>(serving, '/monitoring'),
    ({ last_run }) => (last_run?.monitor_run_id ?? 0) > after,
    40_000,
  );
}

const alertOf = (page: Page, store: string) => page.locator('[data-alert]', { hasText: store });

t.test('a store that does not report alerts, is called expected, and does not come back', async (t) => {
  const { serving } = await shopWithHistory(t);
  const { page, complaints } = await visit(t, browser, serving.url);
  await dropFile(page, 'yesterday.csv', csv(dayOf(daysAgo(1), STORES.slice(0, 3))));
  await page.getByRole('list', { name: 'Alerts' }).getByText('S004').first().waitFor();
  await page.getByRole('link', { name: /^Monitoring/ }).click();
  await alertOf(page, 'S004').first().waitFor();
  const { items } = await json<AlertPage>(serving, '/alerts?state=open');
  t.equal(items.length, 1, `one cause, one alert: ${items.map(({ key }) => key).join(' ')}`);

  await t.test('which shows the days and what happened', async (t) => {
    await page.getByRole('link', { name: /^Show the days/ }).click();
    await page.waitForURL(/check=/);
    await page.locator('h2', { hasText: 'S004' }).first().waitFor();
    await page.getByRole('button', { name: /^Table/ }).click();
    t.ok((await page.getByRole('group', { name: 'The days as a table' }).locator('tbody tr').count()) >= 1);
    t.same(await graveFindings(page), []);
  });

  await alertOf(page, 'S004')
    .getByRole('button', { name: /^Expected/ })
    .click();
  await page.getByLabel('Why was it to be expected?').fill('closed for a day');
  await page.getByRole('button', { name: 'Mark as expected' }).click();
  await page.getByText('All quiet').waitFor();
  await page.getByRole('list', { name: 'Past alerts' }).getByText('closed for a day').waitFor();

  await t.test('neither with the next check nor with the next file of that day', async (t) => {
    const before = (await json<Monitoring>(serving, '/monitoring')).last_run?.monitor_run_id ?? 0;
    await page.getByRole('button', { name: 'Check now' }).click();
    const { last_run } = await checked(serving, before);
    await page.getByRole('link', { name: /^Live/ }).click();
    await dropFile(page, 'late.csv', csv(dayOf(daysAgo(1), ['S001'], 90).slice(0, 2)));
    await checked(serving, last_run?.monitor_run_id ?? 0);
    t.same((await json<AlertPage>(serving, '/alerts?state=open')).items, []);
    await page.getByRole('link', { name: /^Monitoring/ }).click();
    await page.getByText('All quiet').waitFor();
  });
  t.same(complaints, []);
});

t.test('jobs are run and paused from their page', async (t) => {
  const { serving } = await shopWithHistory(t);
  const { page, complaints } = await visit(t, browser, `${serving.url}/#/jobs`, { viewport: PHONE });
  await page.getByRole('button', { name: 'Run now retention' }).click();
  await until(
    () => json<JobList>(serving, '/jobs'),
    ({ items }) => items.find(({ name }) => name === 'retention')?.last?.status === 'done',
  );
  await page.getByRole('button', { name: 'Log of retention' }).click();
  await page.getByRole('group', { name: 'What it said' }).getByText('backed up').waitFor();
  await page.getByRole('button', { name: 'Pause retention' }).click();
  await page.getByRole('button', { name: 'Resume retention' }).waitFor();
  t.same(await graveFindings(page), []);
  t.ok(
    await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'),
    'nothing leads out of a narrow page',
  );
  t.same(complaints, []);
});
