import t from 'tap';
import { bytes, float64s, int32s, ownInt32s, readableElsewhere } from '../../engine/arrays.ts';
import { fillReturned, giveBack } from '../../engine/memory.ts';

t.test('an array has the length asked for', async (t) => {
  for (const make of [float64s, int32s, ownInt32s, bytes]) {
    for (const length of [0, 1, 127, 128, 129, 5000, 70_000]) t.equal(make(length).length, length);
  }
});

t.test('memory that was given back is handed out again, and never twice at a time', async (t) => {
  for (const make of [float64s, ownInt32s]) {
    const first = make(3000);
    giveBack(first);
    const second = make(2900);
    const third = make(2900);
    t.equal(second.buffer, first.buffer);
    t.equal(second.length, 2900);
    t.not(third.buffer, first.buffer);
  }
});

t.test('memory is given back once', async (t) => {
  const array = float64s(10);
  giveBack(array);
  t.throws(() => giveBack(array), /given back before/);
});

t.test('arrays that other threads can not read are copied for them, and no others', async (t) => {
  const ours = int32s(3).fill(7);
  t.equal(readableElsewhere(ours), ours);
  for (const mine of [Int32Array.of(7, 7, 7), ownInt32s(3).fill(7)]) {
    const copy = readableElsewhere(mine);
    t.ok(copy.buffer instanceof SharedArrayBuffer);
    t.strictSame([...copy], [7, 7, 7]);
  }
});

t.test('what is given back is filled with a byte, if that is wanted', async (t) => {
  const array = int32s(600).fill(1);
  const before = fillReturned(0xff);
  giveBack(array);
  t.equal(fillReturned(before), 0xff);
  t.ok(array.every((value) => value === -1));
});
