import t from 'tap';
import { fillOptions } from '../../engine/fill-options.ts';
import { merge } from '../../operators/merge.ts';
import { batchOfRecords, Collected, contextWith } from './in-memory.ts';

class Watermarks extends Collected {
  readonly seen: number[] = [];

  override watermark(seconds?: number): void {
    if (seconds !== undefined) this.seen.push(seconds);
  }
}

const started = (options: Record<string, unknown>) =>
  merge.create!(fillOptions(merge, options), { ...contextWith(), inputs: ['0', '1'] });
const at = (...times: number[]) => batchOfRecords(times.map((time) => ({ time })));

t.test('the watermark is that of the input that is least far, also after a resume', async (t) => {
  const out = new Watermarks();
  const first = started({ time: 'time' });
  await first.process(at(10, 30, 20), out, '0');
  t.strictSame(out.seen, [], 'the other may be anywhere');
  await first.process(at(5), out, '1');
  await first.process(at(7, 6), out, '1');
  t.strictSame(out.seen, [5, 7]);
  const second = started({ time: 'time' });
  second.restore?.(JSON.parse(JSON.stringify(first.snapshot?.())));
  await second.process(at(8), out, '1');
  await second.ended?.('1', out);
  t.strictSame(out.seen.slice(2), [8, 30], 'an input that has ended holds nothing back');
  await second.ended?.('0', out);
  t.equal(out.seen.length, 4);
});

t.test('records go on as they are, in an order of the plan unless it says otherwise', async (t) => {
  const out = new Collected();
  await started({}).process(at(1, 2), out, '1');
  t.strictSame(out.records(), [{ time: 1 }, { time: 2 }]);
  t.strictSame([started({}).ordered, started({ order: 'arrival' }).ordered], [true, false]);
  t.equal(started({}).snapshot?.(), undefined);
});
