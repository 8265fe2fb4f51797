import fc from 'fast-check';
import t from 'tap';
import { bytes, float64s, int32s, isAlone } from '../../engine/arrays.ts';
import { fillReturned, giveBack, recycle } from '../../engine/memory.ts';

t.test('an array has the length asked for and its memory to itself; a part of one has not', async (t) => {
  fc.assert(
    fc.property(fc.nat({ max: 5000 }), (length) => {
      for (const array of [float64s(length), int32s(length)]) {
        t.ok(array.length === length && isAlone(array));
        if (length > 0) t.notOk(isAlone(array.subarray(0, length - 1)));
      }
    }),
    { numRuns: 30 },
  );
  t.equal(bytes(70_000).length, 70_000);
  t.ok(isAlone(new Float64Array(7)));
  t.notOk(isAlone(new Int32Array(new ArrayBuffer(64), 0, 7)));
});

t.test('memory that was given back is handed out again, and never twice at a time', async (t) => {
  const first = float64s(3000);
  giveBack(first);
  const second = float64s(2900);
  const third = float64s(2900);
  t.equal(second.buffer, first.buffer);
  t.equal(second.length, 2900);
  t.not(third.buffer, first.buffer);
});

t.test('memory is given back once', async (t) => {
  const array = float64s(10);
  giveBack(array);
  t.throws(() => giveBack(array), /given back before/);
});

t.test(
  'memory that comes from elsewhere is taken in, of other sizes than it hands out left to the collector',
  async (t) => {
    const known = new ArrayBuffer(40_960);
    const odd = new ArrayBuffer(3001);
    recycle([known, odd]);
    t.equal(float64s(5120).buffer, known);
    t.not(bytes(3001).buffer, odd);
  },
);

t.test('what is given back is filled with a byte, if that is wanted', async (t) => {
  const array = int32s(600).fill(1);
  const before = fillReturned(0xff);
  giveBack(array);
  t.equal(fillReturned(before), 0xff);
  t.ok(array.every((value) => value === -1));
});
