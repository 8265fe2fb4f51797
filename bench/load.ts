import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import {
  type Competitor,
  csvParse,
  duckdb,
  folderSample,
  pandasStack,
  type Surroundings,
  sqliteImport,
  tillstream,
  usualNode,
} from './competitors.ts';
import { catalogue, salesSample } from './data.ts';
import { race, raceTable } from './race.ts';
import { median, table } from './statistics.ts';

/** Of the UCI Online Retail data set: records, and net revenue in 1/10,000. */
const ONLINE_RETAIL = { rows: 541_909, revenue: 97_477_479_340 };

/** Share of the other's time that loading is allowed, by shape and competitor. */
const GOALS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  unquoted: { 'sqlite3 .import': 0.8, DuckDB: 1.25, 'the usual Node way': 0.15, 'pandas stack': 0.22 },
  quoted: { 'sqlite3 .import': 1 },
};

/** Files to a warehouse, against others who load the same files; the sizes are `rows` and, with `--large`, ten times that. */
export const load: Bench = {
  name: 'load',
  summary: 'a file of sales into the warehouse, everything on, against others who load the same file',
  inRounds: true,
  async run({ folder, rounds, rows, large, python, onlineRetail }) {
    const surroundings: Surroundings = { catalogue: await catalogue(folder), python };
    const quick = [tillstream(surroundings), sqliteImport(surroundings), duckdb()];
    const slow = [usualNode(surroundings), pandasStack(surroundings), csvParse()];
    const sections: string[] = [];
    for (const shape of ['unquoted', 'quoted'] as const) {
      const sample = await salesSample(folder, rows, shape);
      const raced = await race([...quick, ...slow], sample, rounds, join(folder, 'work'));
      sections.push(titled(shape, sample.rows, sample.bytes), raceTable(raced, rows), goals(shape, raced));
    }
    if (large) {
      const sample = await salesSample(folder, rows * 10, 'unquoted');
      const raced = await race(quick, sample, rounds, join(folder, 'work'));
      sections.push(titled('unquoted', sample.rows, sample.bytes), raceTable(raced, rows * 10));
    }
    if (onlineRetail !== undefined && existsSync(onlineRetail)) {
      sections.push(...(await retail(onlineRetail, surroundings, rounds, folder)));
    }
    return [await contestants([...quick, ...slow]), ...sections].join('\n\n');
  },
};

async function retail(dir: string, around: Surroundings, rounds: number, folder: string): Promise<string[]> {
  const sample = folderSample(dir, ONLINE_RETAIL.rows, ONLINE_RETAIL.revenue);
  const own = { ...around, example: 'online-retail' };
  const raced = await race([tillstream(own), sqliteImport(own)], sample, rounds, join(folder, 'work'));
  return [
    titled(`Online Retail, ${sample.files.length} files`, sample.rows, sample.bytes),
    raceTable(raced, sample.rows),
  ];
}

function titled(what: string, rows: number, bytes: number): string {
  return `### ${what}: ${rows.toLocaleString('en')} rows, ${Math.round(bytes / 1e6)} MB`;
}

async function contestants(competitors: readonly Competitor[]): Promise<string> {
  const rows = await Promise.all(
    competitors.map(async (each) => [each.name, each.task, (await each.version()) ?? 'missing']),
  );
  return table([['', 'does', 'version'], ...rows]);
}

function goals(shape: string, raced: Awaited<ReturnType<typeof race>>): string {
  const ours = median(raced[0]?.wallMs ?? []);
  const verdicts = Object.entries(GOALS[shape] ?? {}).flatMap(([name, goal]) => {
    const theirs = raced.find((each) => each.name === name && each.version !== undefined);
    if (theirs === undefined) return [];
    const ratio = ours / median(theirs.wallMs);
    return [`${ratio <= goal ? 'reached' : 'missed'}: ${ratio.toFixed(2)} of ${name}, to be at most ${goal}`];
  });
  return verdicts.map((verdict) => `- ${verdict}`).join('\n');
}
