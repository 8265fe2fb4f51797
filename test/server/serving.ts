import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type Home, initHome } from '../../jobs/home.ts';
import { type ServeOptions, type Serving, serve } from '../../server/serve.ts';
import { ownFolder } from '../own-folder.ts';

export type { Serving } from '../../server/serve.ts';

/** A home of its own for the test, with the shipped configuration or that of an example. */
export function newHome(t: Test, example?: string): Promise<Home> {
  return initHome(join(ownFolder(t), 'home'), example);
}

/** A server of that home on a free port, stopped after the test. */
export async function served(t: Test, home: Home, options: Partial<ServeOptions> = {}): Promise<Serving> {
  const serving = await serve({ home, port: 0, ...options });
  t.teardown(() => serving.stop());
  return serving;
}

const HEADER = 'order_id,line,sold_at,store_id,product_id,customer_id,quantity,unit_price,discount,payment_method';

/** Order lines of the shipped dataset, the same each time: two lines an order, spread over days, stores and products. */
export function salesCsv(lines: number, first = 0): string {
  const rows = [HEADER];
  for (let n = first; n < first + lines; n++) {
    const order = Math.floor(n / 2);
    const day = String((order % 28) + 1).padStart(2, '0');
    const hour = String(8 + (order % 12)).padStart(2, '0');
    const store = `S00${(order % 4) + 1}`;
    const product = `P000${(n % 9) + 1}`;
    const payment = order % 3 === 0 ? 'cash' : 'card';
    rows.push(
      `O${order},${(n % 2) + 1},2026-03-${day} ${hour}:15:00,${store},${product},C${order % 50},${(n % 3) + 1},${(n % 40) + 0.99},0,${payment}`,
    );
  }
  return `${rows.join('\n')}\n`;
}

/** Money in those lines, in hundredths. */
export function salesCents(lines: number, first = 0): number {
  let cents = 0;
  for (let n = first; n < first + lines; n++) cents += ((n % 3) + 1) * ((n % 40) * 100 + 99);
  return cents;
}

/** Puts a file into the inbox as something that has lain there for a while. */
export async function drop(home: Home, name: string, text: string): Promise<void> {
  const { utimes } = await import('node:fs/promises');
  const path = join(home.raw, name);
  await writeFile(path, text);
  const past = new Date(Date.now() - 60_000);
  await utimes(path, past, past);
}

/** Loads those files and waits until it is done. */
export async function loaded(serving: Serving, home: Home, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await drop(home, name, text);
  const report = await serving.run({ trigger: 'test' });
  if (report.status !== 'done')
    throw new Error(`run is ${report.status}: ${JSON.stringify(report.error ?? report.files)}`);
}

export async function json<T = Record<string, unknown>>(
  serving: Serving,
  path: string,
  init?: RequestInit,
): Promise<T> {
  const response = await fetch(`${serving.url}${path}`, init);
  return (await response.json()) as T;
}

/** Asks until it is so. */
export async function until<T>(ask: () => Promise<T> | T, isSo: (answer: T) => boolean, ms = 20_000): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`never came to be; last: ${JSON.stringify(answer)?.slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
