import { setTimeout as delay } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import t from 'tap';
import { boundYoungGeneration } from '../../bin/young-generation.ts';

const size = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')!.space_size;

/** Makes objects, most of which outlive a collection or two. */
function work(objects: number): void {
  let kept: unknown[] = [];
  for (let i = 0; i < objects; i++) {
    kept.push({ i, list: [i] });
    if (kept.length === 300_000) kept = [];
  }
}

t.test('the space for young objects grows to its bound and no further', async (t) => {
  boundYoungGeneration();
  while (size() < 16 * 1024 * 1024) work(100_000);
  await delay(50);
  const bound = size();
  work(4_000_000);
  t.equal(size(), bound);
});
