import fc from 'fast-check';
import t, { type Test } from 'tap';
import { bytes, float64s, int32s } from '../../engine/arrays.ts';
import { Batch, Provenance } from '../../engine/batch.ts';
import { type Column, NumberColumn } from '../../engine/column.ts';
import { fillReturned } from '../../engine/memory.ts';

fillReturned(0xff);
const split = { fileId: 1, file: 'a.csv', part: 0 };
const LENGTH = 300;

/** A batch in memory that is used again; `values[row]` is `row + first`. */
function batch(first = 0): Batch {
  const values = float64s(LENGTH);
  for (let row = 0; row < LENGTH; row++) values[row] = row + first;
  const columns = new Map<string, Column>([['n', new NumberColumn('integer', values)]]);
  const provenance = new Provenance(int32s(LENGTH).fill(7), 0, bytes(LENGTH).fill(65), ends(0), ends(1));
  return new Batch({ split, sequence: 0, provenance, columns, length: LENGTH });
}

function ends(from: number): Int32Array {
  const places = int32s(LENGTH);
  for (let row = 0; row < LENGTH; row++) places[row] = from + row;
  return places;
}

const values = (of: Batch) => (of.column('n') as NumberColumn).values;

/** Both lets go of it and sees that nothing of it can be read any more. */
function isGone(t: Test, of: Batch): void {
  t.ok(Number.isNaN(values(of)[0]));
  t.equal(of.provenance.lines[0], -1);
  t.equal(of.provenance.bytes[0], 0xff);
}

t.test('the memory of a batch is used again when all who held it have released it', async (t) => {
  const held = batch();
  held.hold();
  held.hold();
  held.release();
  t.equal(values(held)[5], 5);
  t.equal(held.provenance.raw(0), 'A');
  held.release();
  isGone(t, held);
});

t.test('what another batch was made of stays, gathered or not', async (t) => {
  for (const [derive, at] of [
    [(of: Batch) => of.with({ port: 'other' }), 5],
    [(of: Batch) => of.with({ columns: [['m', of.column('n')]] }), 5],
    [(of: Batch) => of.select(Int32Array.of(5, 6)), 0],
    [(of: Batch) => of.select(Int32Array.of(4, 5)).select(Int32Array.of(1)), 0],
  ] as const) {
    const source = batch();
    source.hold();
    const made = derive(source);
    made.hold();
    source.release();
    t.equal(values(made)[at], 5);
    t.equal(made.provenance.raw(at), 'A');
    t.equal(made.provenance.lines[at], 7);
    made.release();
    isGone(t, source);
    isGone(t, made);
  }
});

t.test('a column that is gathered while its batch is held goes with it, and not before', async (t) => {
  const source = batch();
  const made = source.select(Int32Array.of(5));
  const again = new Batch({ ...made, columns: made.columns, length: 1 });
  for (const each of [made, again]) each.hold();
  t.equal(values(made)[0], 5);
  made.release();
  t.equal(values(again)[0], 5);
  again.release();
  t.ok(Number.isNaN(values(again)[0]));
});

t.test('what somebody keeps is never used again, nor what is gathered of it later', async (t) => {
  const source = batch();
  source.hold();
  const kept = source.select(Int32Array.of(5, 6));
  kept.hold();
  kept.keep();
  source.release();
  t.equal(values(kept)[1], 6);
  kept.release();
  t.equal(values(kept)[1], 6);
  t.equal(values(source)[0], 0);
  t.equal(kept.provenance.lines[1], 7);
});

t.test('a batch that nobody held is left to the collector', async (t) => {
  const alone = batch();
  alone.release();
  t.equal(values(alone)[5], 5);
});

t.test('holding a batch of memory that is gone is an error', async (t) => {
  const source = batch();
  source.hold();
  const late = source.with({ port: 'other' });
  source.release();
  t.throws(() => late.hold(), /given back before/);
});

t.test('whatever is made, held and released in whatever order, nothing that is held ever changes', async () => {
  const step = fc.record({ do: fc.constantFrom('make', 'select', 'with', 'hold', 'release'), which: fc.nat(30) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const held: { batch: Batch; holds: number; first: number }[] = [];
      const add = (made: Batch, first: number) => {
        made.hold();
        held.push({ batch: made, holds: 1, first });
      };
      add(batch(0), 0);
      for (const { do: what, which } of steps) {
        const one = held[which % Math.max(held.length, 1)];
        if (what === 'make' || !one) add(batch(which), which);
        else if (what === 'select') add(one.batch.select(Int32Array.of(0)), one.first);
        else if (what === 'with') add(one.batch.with({ port: 'x' }), one.first);
        else if (what === 'hold') {
          one.batch.hold();
          one.holds++;
        } else {
          one.batch.release();
          if (--one.holds === 0) held.splice(held.indexOf(one), 1);
        }
        for (const each of held) {
          const seen = each.batch.length > 0 ? values(each.batch)[0] : each.first;
          if (seen !== each.first) throw new Error(`${seen} stands where ${each.first} stood`);
        }
      }
      for (const each of held) for (let i = 0; i < each.holds; i++) each.batch.release();
    }),
    { numRuns: 200 },
  );
});
