import fc from 'fast-check';
import t from 'tap';
import { DistinctCells } from '../../operators/formats/distinct-cells.ts';
import { DecimalFormat } from '../../operators/formats/number.ts';
import { cells } from './formats.ts';

/** Cells that differ little, so that some take each other's places. */
const cell = fc.string({ unit: fc.constantFrom('0', '1', '9', '.', '-', '\0', 'é'), maxLength: 10 });
const batches = fc.array(fc.array(cell, { maxLength: 40 }), { maxLength: 4 });

t.test('cells of all lengths keep their number over batches', (t) => {
  const areNumbered = (texts: string[][]) => {
    const distinct = new DistinctCells();
    for (const batch of texts) {
      const codes = new Int32Array(batch.length);
      distinct.encode(cells(batch), codes);
      t.strictSame(
        [...codes].map((code) => distinct.text(code)),
        batch,
      );
    }
    t.equal(distinct.size, new Set(texts.flat()).size);
  };
  fc.assert(fc.property(batches, (texts) => void areNumbered(texts)));
  areNumbered([
    Array.from({ length: 5000 }, (_, i) => String(i * 7)),
    Array.from({ length: 5000 }, (_, i) => String(i)),
  ]);
  t.end();
});

t.test('numbers met before are the same when they come again', (t) => {
  const areRead = (texts: string[][]) => {
    const format = new DecimalFormat({ field: 'price', scale: 10_000 });
    for (const batch of texts) {
      const values = new Float64Array(batch.length);
      format.fill(cells(batch), values, (row) => -row);
      const expected = batch.map((text, row) => {
        const value = format.parseBytes(Buffer.from(text), 0, Buffer.byteLength(text));
        return Number.isNaN(value) ? -row : value;
      });
      t.strictSame([...values], expected);
    }
  };
  fc.assert(fc.property(batches, (texts) => void areRead(texts)));
  const varied = Array.from({ length: 5000 }, (_, i) => `${i}.5`);
  areRead([varied, varied, ['1.5', 'x', '1.5']]);
  t.end();
});
