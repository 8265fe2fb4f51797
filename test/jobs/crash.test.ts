import { join } from 'node:path';
import t from 'tap';
import { ordeal } from '../../jobs/crash-test/ordeal.ts';

t.test('after SIGKILLs at random moments the warehouse is as after an uninterrupted run', async (t) => {
  const seed = Date.now() % 1_000_000;
  t.comment(`seed ${seed}`);
  const result = await ordeal({ kills: 5, rows: 30_000, files: 20, seed, dir: join(t.testdir(), 'ordeal') });
  t.strictSame(result.differences, []);
  t.equal(result.kills, 5);
});
