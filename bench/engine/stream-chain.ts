import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { chainUnchecked, none } from 'stream-chain';
import { addTotals, newTotals, type SaleRecord, sampleRecords, type Totals } from './sample.ts';
import { STEPS } from './steps.ts';

/** The chain as stream-chain composes functions, a record at a time. */
export async function viaStreamChain(count: number): Promise<Totals> {
  const totals = newTotals();
  const functions = STEPS.map((step) => (sale: SaleRecord) => step(sale) ?? none);
  const composed = chainUnchecked(functions, { objectMode: true }) as unknown as NodeJS.ReadWriteStream;
  const sink = new Writable({
    objectMode: true,
    write(sale: SaleRecord, _encoding, done) {
      addTotals(totals, sale);
      done();
    },
  });
  await pipeline([Readable.from(sampleRecords(count)), composed, sink]);
  return totals;
}
