import { Readable, Transform, type TransformCallback, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { addTotals, newTotals, type SaleRecord, sampleRecords, type Totals } from './sample.ts';
import { STEPS } from './steps.ts';

/** The chain as object-mode Transforms, a record at a time. */
export async function viaTransforms(count: number): Promise<Totals> {
  const totals = newTotals();
  const transforms = STEPS.map(
    (step) =>
      new Transform({
        objectMode: true,
        transform(sale: SaleRecord, _encoding, done: TransformCallback) {
          // Passing null on would end the stream; a record left out is no argument at all.
          done(null, step(sale) ?? undefined);
        },
      }),
  );
  const sink = new Writable({
    objectMode: true,
    write(sale: SaleRecord, _encoding, done) {
      addTotals(totals, sale);
      done();
    },
  });
  await pipeline([Readable.from(sampleRecords(count)), ...transforms, sink]);
  return totals;
}
