/** One chain, timed within a process of its own: `node contestant.ts NAME COUNT`; prints {"ms", …Totals}. */
import { viaBatches, viaEngine, viaRecordFunctions } from './columns.ts';
import type { Totals } from './sample.ts';
import { viaStreamChain } from './stream-chain.ts';
import { viaTransforms } from './transforms.ts';

const WARM_UP_MS = 1_000;

const repeated = (name: string, times: number) => (count: number) => viaEngine(count, Array(times).fill(name));

const CHAINS: Readonly<Record<string, (count: number) => Promise<Totals>>> = {
  batches: viaBatches,
  'record functions': viaRecordFunctions,
  transforms: viaTransforms,
  'stream-chain': viaStreamChain,
  'no operator': repeated('no-op', 0),
  'ten no-ops': repeated('no-op', 10),
  'one record no-op': repeated('no-op-record', 1),
  'eleven record no-ops': repeated('no-op-record', 11),
};

const [name = '', count = '0'] = process.argv.slice(2);
const chain = CHAINS[name];
if (!chain) throw new Error(`no chain is called "${name}"`);
// So that all are compiled when the clock starts, however quick they are.
const warm = performance.now() + WARM_UP_MS;
do await chain(Number(count));
while (performance.now() < warm);
const started = performance.now();
const totals = await chain(Number(count));
console.log(JSON.stringify({ ms: performance.now() - started, ...totals }));
