import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { BLOCK, type Totals } from './engine/sample.ts';
import { measure } from './measure.ts';
import { median, table } from './statistics.ts';

type Run = Totals & { ms: number };

/** Chains that compute the same, ours first. */
const CHAINS = ['batches', 'record functions', 'transforms', 'stream-chain'] as const;
/** Pairs whose difference is ten operators that do nothing. */
const NO_OPS = ['no operator', 'ten no-ops', 'one record no-op', 'eleven record no-ops'] as const;
const ADDED = 10;

const DESCRIPTIONS: Readonly<Record<(typeof CHAINS)[number], string>> = {
  batches: 'tillstream, operators by batch',
  'record functions': 'tillstream, operators as record functions',
  transforms: 'object-mode Transforms, a record at a time',
  'stream-chain': 'stream-chain, a record at a time',
};

const GOALS = { noOpNs: 20, overTransforms: 20 };

/** The engine by itself, records in memory: no file, no database. */
export const engine: Bench = {
  name: 'engine',
  summary: 'a chain of five operators against per-row streams, and one more operator that does nothing',
  inRounds: true,
  async run({ rounds, rows }) {
    const count = Math.ceil(rows / BLOCK) * BLOCK;
    const runs = await interleaved([...CHAINS, ...NO_OPS], rounds, count);
    requireSameTotals(CHAINS.map((name) => runs.get(name) ?? []));
    return [chainsTable(runs, count), noOpLines(runs, count)].join('\n\n');
  },
};

async function interleaved(names: readonly string[], rounds: number, count: number): Promise<Map<string, Run[]>> {
  const runs = new Map<string, Run[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const script = join(import.meta.dirname, 'engine', 'contestant.ts');
      const { stdout } = await measure([process.execPath, script, name, String(count)]);
      runs.get(name)?.push(JSON.parse(stdout) as Run);
    }
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  return runs;
}

function requireSameTotals(chains: readonly (readonly Run[])[]): void {
  const results = new Set(chains.flat().map(({ ms: _ms, ...totals }) => JSON.stringify(totals)));
  if (results.size !== 1) throw new Error(`the chains do not agree: ${[...results].join(' ')}`);
}

function chainsTable(runs: ReadonlyMap<string, readonly Run[]>, count: number): string {
  const perRow = new Map(CHAINS.map((name) => [name, nanoseconds(runs, name, count)]));
  const ours = perRow.get('batches') ?? Number.NaN;
  const lines = [...perRow].map(([name, ns]) => [
    DESCRIPTIONS[name],
    `${ns.toFixed(0)} ns`,
    `${(1000 / ns).toFixed(2)} M/s`,
    `${(ns / ours).toFixed(1)}`,
  ]);
  return table([['five operators', 'a record', 'records', 'times the first'], ...lines]);
}

function noOpLines(runs: ReadonlyMap<string, readonly Run[]>, count: number): string {
  const added = (more: string, fewer: string): number =>
    (nanoseconds(runs, more, count) - nanoseconds(runs, fewer, count)) / ADDED;
  const batch = added('ten no-ops', 'no operator');
  const record = added('eleven record no-ops', 'one record no-op');
  const gain = nanoseconds(runs, 'transforms', count) / nanoseconds(runs, 'batches', count);
  const verdict = (reached: boolean): string => (reached ? 'reached' : 'missed');
  return [
    `- ${verdict(batch <= GOALS.noOpNs)}: one more operator that does nothing costs ${batch.toFixed(1)} ns a record, to be at most ${GOALS.noOpNs}`,
    `- one more record function that does nothing costs ${record.toFixed(1)} ns a record, once records are plain objects`,
    `- ${verdict(gain >= GOALS.overTransforms)}: ${gain.toFixed(1)} times the records per second of per-row Transforms, to be at least ${GOALS.overTransforms}`,
  ].join('\n');
}

function nanoseconds(runs: ReadonlyMap<string, readonly Run[]>, name: string, count: number): number {
  return (median((runs.get(name) ?? []).map(({ ms }) => ms)) * 1e6) / count;
}
