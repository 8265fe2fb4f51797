import fc from 'fast-check';
import t from 'tap';
import { float64s, int32s, isAlone, recycle } from '../../engine/arrays.ts';

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
  t.ok(isAlone(new Float64Array(7)));
  t.notOk(isAlone(new Int32Array(new ArrayBuffer(64), 0, 7)));
});

t.test('memory that was given back is handed out again, and never twice at a time', async (t) => {
  const first = float64s(3000);
  recycle([first.buffer]);
  const second = float64s(2500);
  const third = float64s(2500);
  t.equal(second.buffer, first.buffer);
  t.equal(second.length, 2500);
  t.not(third.buffer, first.buffer);
});

t.test('memory of other sizes than it hands out is left to the collector', async (t) => {
  const odd = new ArrayBuffer(3000);
  recycle([odd]);
  t.not(int32s(750).buffer, odd);
});
