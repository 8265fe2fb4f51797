import { readFile } from 'node:fs/promises';
import { Value } from '@sinclair/typebox/value';
import type { Browser, Page } from 'playwright-core';
import t from 'tap';
import { ClientMessage, ServerMessage } from '../../server/protocol.ts';
import type { DeadLetterPage, KpiSummary, RunDetail } from '../../server/schemas.ts';
import { ensureDashboard } from '../../web/build.ts';
import { json, loaded, newHome, type Serving, salesCsv, served, until } from '../server/serving.ts';
import { graveFindings } from './accessibility.ts';
import { DESKTOP, dropFile, launch, PHONE, tile, visit } from './browser.ts';

const count = (value: number) => new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 }).format(value);
const money = (value: number | string) =>
  new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value as number);
/** Money as tiles have it. */
const headline = (value: number) => (Math.abs(value) < 10_000 ? money(value) : count(value));

const PAGES = ['', '#/sales', '#/runs', '#/runs/1', '#/dead-letters', '#/monitoring', '#/jobs', '#/operators'];

/** Order lines of which three cannot be taken. */
function faultyCsv(): string {
  const lines = salesCsv(40, 90_000).trimEnd().split('\n');
  lines[5] = lines[5]!.replace(/,2026-03-\d\d/, ',2026-02-31');
  lines[9] = lines[9]!.replace(/,(\d+\.\d+),0,/, ',twelve,0,');
  lines[12] = `${lines[12]},and,more`;
  return `${lines.join('\n')}\n`;
}

/** Enough for some samples to be taken on the way. */
const LINES = 240_000;

let browser: Browser;
t.before(async () => {
  await ensureDashboard();
  browser = await launch();
});
t.teardown(() => browser?.close());

t.test('a CSV dropped in the page flows through it, balances, and is what the KPIs say', async (t) => {
  const serving = await served(t, await newHome(t));
  const { page, complaints, received, sent } = await visit(t, browser, serving.url);
  await page.getByText('Start here').waitFor();
  await page.evaluate(WATCH_ROWS);
  await dropFile(page, 'march.csv', salesCsv(LINES));

  await page.locator('[data-fate=read]').waitFor();
  await settled(page, LINES);
  const rows = (await page.evaluate('window.rowsSeen')) as string[];
  t.ok(rows.length >= 2, `the ledger moves while the file loads: ${rows.join(' ')}`);
  t.ok(
    await page
      .getByText(/Balances$/)
      .first()
      .isVisible(),
    'the ledger balances',
  );

  await t.test('in rows and in money', async (t) => {
    const { ledger } = await json<RunDetail>(serving, '/runs/1');
    for (const [fate, { records, amount }] of [
      ['read', ledger.read],
      ['inserted', ledger.inserted],
    ] as const) {
      t.equal(await page.locator(`[data-fate=${fate}] td`).nth(0).innerText(), count(records), `${fate}, rows`);
      t.equal(await page.locator(`[data-fate=${fate}] td`).nth(1).innerText(), money(amount), `${fate}, money`);
    }
  });
  await t.test('to the figures of /kpi/summary', async (t) => {
    const summary = await json<KpiSummary>(serving, '/kpi/summary');
    await until(
      () => tile(page, 'Revenue'),
      (text) => text === headline(summary.revenue),
    );
    t.equal(await tile(page, 'Profit'), headline(summary.profit!));
    t.equal(await tile(page, 'Orders'), count(summary.orders!));
    t.equal(await tile(page, 'Units'), count(summary.units));
    t.equal(await tile(page, 'Average basket'), money(summary.average_basket!));
  });
  await t.test('and rows leaving an operator show on request', async (t) => {
    await page.getByRole('button', { name: /^validate/ }).click();
    await page.getByText('Rows leaving validate').waitFor();
    await dropFile(page, 'april.csv', salesCsv(60_000, LINES));
    const cells = page.getByRole('group', { name: 'Sampled rows' }).locator('tbody tr');
    await cells.first().waitFor();
    t.match(await cells.first().innerText(), /P000\d/, 'a product of the file');
    await settled(page, 60_000);
    await until(
      () => json<{ items: { status: string }[] }>(serving, '/runs'),
      ({ items }) => items.length === 2 && items.every(({ status }) => status === 'done'),
    );
  });
  await t.test('while page and server keep to the protocol', async (t) => {
    for (const text of received) t.ok(Value.Check(ServerMessage, JSON.parse(text)), text.slice(0, 60));
    for (const text of sent) t.ok(Value.Check(ClientMessage, JSON.parse(text)), text);
    t.ok(sent.some((text) => text.includes('"validate"')));
    t.end();
  });
  t.same(complaints, []);
});

t.test('with sales there', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  await loaded(serving, home, { 'march.csv': salesCsv(3_000), 'spoilt.csv': faultyCsv() });

  await t.test('filters are in the address, and the figures follow them', async (t) => {
    const { page, complaints } = await visit(t, browser, `${serving.url}/#/sales`);
    const whole = await json<KpiSummary>(serving, '/kpi/summary');
    await until(
      () => tile(page, 'Revenue'),
      (text) => text === headline(whole.revenue),
    );
    await page.locator('summary', { hasText: 'Store' }).click();
    await page.getByRole('checkbox', { name: 'S002' }).check();
    const store = await json<KpiSummary>(serving, '/kpi/summary?store=S002');
    t.not(store.revenue, whole.revenue);
    await until(
      () => tile(page, 'Revenue'),
      (text) => text === headline(store.revenue),
    );
    t.match(page.url(), /#\/sales\?store=S002$/);

    await page.getByRole('button', { name: '7 days' }).click();
    const week = await json<KpiSummary>(serving, '/kpi/summary?store=S002&from=2026-03-22&to=2026-03-28');
    await until(
      () => tile(page, 'Revenue'),
      (text) => text === headline(week.revenue),
    );
    await page.reload();
    await until(
      () => tile(page, 'Revenue'),
      (text) => text === headline(week.revenue),
    );
    t.match(page.url(), /period=7d/, 'a reload keeps them');

    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await until(
      () => tile(page, 'Revenue'),
      (text) => text === headline(whole.revenue),
    );
    await page.getByRole('img', { name: /^Revenue by region/ }).click({ position: { x: 120, y: 20 } });
    await until(
      () => page.url(),
      (url) => /region=/.test(url),
    );
    t.ok(await page.getByRole('group', { name: 'Filters in force' }).isVisible(), 'a click on a bar filters');
    t.same(complaints, []);
  });

  await t.test('charts are saved as PNG and their data as CSV', async (t) => {
    const { page } = await visit(t, browser, `${serving.url}/#/sales`);
    for (const title of ['Revenue over time', 'Revenue by region', 'When people buy']) {
      const picture = await download(page, page.getByRole('button', { name: `PNG of ${title}` }).click());
      t.match(picture.name, /\.png$/);
      t.same([...picture.bytes.subarray(1, 4)], [...Buffer.from('PNG')], title);
      t.ok(picture.bytes.length > 2_000, `${title} has something on it`);
    }
    const csv = await download(page, page.getByRole('link', { name: 'CSV of Revenue by region' }).click());
    const answer = await fetch(`${serving.url}/kpi/breakdown?by=region&limit=12&format=csv`);
    t.equal(csv.bytes.toString(), await answer.text());
  });

  await t.test('dead letters say what is wrong, and where', async (t) => {
    const { page, complaints } = await visit(t, browser, `${serving.url}/#/dead-letters`);
    const { items } = await json<DeadLetterPage>(serving, '/dead-letters?reason=not_a_number');
    await page.getByRole('button', { name: /Not a number/ }).click();
    await page.locator('mark', { hasText: 'twelve' }).waitFor();
    t.equal(await page.locator('article').count(), items.length, 'only that reason');
    t.match(await page.locator('article').innerText(), items[0]!.meaning!, 'in plain words');
    t.match(page.url(), /reason=not_a_number/);
    const csv = await download(page, page.getByRole('link', { name: 'Download CSV' }).click());
    await page.getByRole('link', { name: 'Dead letters' }).click();
    await until(
      () => page.locator('article').count(),
      (rows) => rows > items.length,
    );
    t.notMatch(page.url(), /reason=/, 'the menu leads to all of them again');
    await page.getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('table').getByRole('link', { name: '3', exact: true }).click();
    await page.getByRole('button', { name: /^Run 1/ }).waitFor();
    t.match(page.url(), /#\/dead-letters\?run=1$/, 'a link leads to those of a run');
    t.match(csv.bytes.toString(), /not_a_number.*twelve/);
    t.same(complaints, []);
  });

  await t.test('a run is replayed on the same picture', async (t) => {
    const { page, complaints } = await visit(t, browser, `${serving.url}/#/runs`);
    await page.getByRole('link', { name: 'Run 1' }).click();
    const slider = page.getByRole('slider', { name: 'Moment of the run' });
    await slider.waitFor();
    const end = await slider.getAttribute('aria-valuetext');
    t.match(end, /rows/);
    await slider.press('Home');
    const last = Number(await slider.getAttribute('max'));
    if (last > 0) t.not(await slider.getAttribute('aria-valuetext'), end, 'another moment');
    t.ok(await page.getByText('batch-insert', { exact: true }).first().isVisible());
    t.ok(
      await page
        .getByText(/Balances$/)
        .first()
        .isVisible(),
    );
    t.same(complaints, []);
  });

  await t.test('each page fits a phone, can be used by all, and complains of nothing', async (t) => {
    for (const options of [
      { viewport: PHONE, colorScheme: 'dark', hasTouch: true } as const,
      { viewport: DESKTOP, colorScheme: 'light' } as const,
    ]) {
      const { page, complaints } = await visit(t, browser, serving.url, options);
      for (const path of PAGES) {
        await page.goto(`${serving.url}/${path}`);
        await page.locator('h1').waitFor();
        await page.waitForLoadState('networkidle').catch(() => {});
        await page.waitForTimeout(150);
        const name = `${path || 'live'}, ${options.viewport.width} wide`;
        const overflow = (await page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number;
        t.ok(overflow <= 0, `${name}: no sideways scrolling`);
        t.same(await graveFindings(page), [], `${name}: axe`);
      }
      t.same(complaints, []);
    }
  });
});

t.test('a page that lost its server says so, comes back by itself, and shows what is new', async (t) => {
  const home = await newHome(t);
  const first = await served(t, home);
  const { page } = await visit(t, browser, first.url);
  await page.getByText('Live', { exact: true }).and(page.getByRole('status')).waitFor();
  await first.stop();
  await page.getByText('Reconnecting …').waitFor();
  const second: Serving = await served(t, home, { port: first.port });
  await page.getByText('Live', { exact: true }).and(page.getByRole('status')).waitFor();
  await loaded(second, home, { 'later.csv': salesCsv(500) });
  const summary = await json<KpiSummary>(second, '/kpi/summary');
  await until(
    () => tile(page, 'Revenue'),
    (text) => text === headline(summary.revenue),
  );
  t.equal(await tile(page, 'Orders'), count(summary.orders!));
});

t.test('a server with a token lets a page in by the address it gives, and by hand', async (t) => {
  const token = 'correct-horse-battery';
  const serving = await served(t, await newHome(t), { token });
  const given = await visit(t, browser, serving.entry);
  await given.page.getByText('Start here').waitFor();
  t.notMatch(given.page.url(), token, 'the token does not stay in the address');
  const { page } = await visit(t, browser, serving.url);
  await page.getByLabel('Token').fill('wrong-horse-battery');
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByText('Start here').waitFor();
});

/** Notes each number of rows that the ledger ever shows. */
const WATCH_ROWS = `(() => {
  const seen = (window.rowsSeen = []);
  new MutationObserver(() => {
    const text = document.querySelector('[data-fate=read] td')?.textContent;
    if (text && text !== seen.at(-1)) seen.push(text);
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})()`;

/** Waits until the page shows so many rows as read, and no longer provisionally. */
async function settled(page: Page, rows: number): Promise<void> {
  await page.locator('[data-fate=read] td', { hasText: count(rows) }).waitFor();
  await page.getByText('every row that came in').waitFor();
}

async function download(page: Page, click: Promise<unknown>): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([page.waitForEvent('download'), click]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}
