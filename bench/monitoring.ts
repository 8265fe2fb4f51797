import type { Bench } from './bench.ts';
import { type Contender, original, threeSigmaOfAll, threeSigmaOfTwo, tillstream } from './monitoring/contenders.ts';
import { INCIDENTS, incidentsOf } from './monitoring/incidents.ts';
import { type Score, scoreOf } from './monitoring/score.ts';
import { simulate } from './monitoring/simulate.ts';
import { worldOf } from './monitoring/world.ts';
import { table } from './statistics.ts';

/** Limits and their floors were chosen on these, and are reported on those. */
const TUNING = [1, 2, 3, 4, 5, 6, 7, 8];
const REPORTING = [201, 202, 203, 204, 205, 206, 207, 208, 209, 210];
const CONTENDERS = [tillstream, original, threeSigmaOfTwo, threeSigmaOfAll];
const GOAL = { recall: 0.95, precision: 0.9 };

/** Recall and precision of the checks on made-up histories with incidents in them; see bench/monitoring/README.md. */
export const monitoring: Bench = {
  name: 'monitoring',
  summary: 'incidents found and false alarms, on two-year histories of 20 stores',
  inRounds: false,
  async run() {
    const reported = CONTENDERS.map((contender) => ({ name: contender.name, total: totalOf(contender, REPORTING) }));
    const tuned = totalOf(tillstream, TUNING);
    const ours = reported[0]!.total;
    return [
      `${REPORTING.length} histories (seeds ${REPORTING.join(', ')}) of 730 days and 20 stores, ${ours.all} incidents in ${ours.storeDays.toLocaleString('en')} store-days. The limits were chosen on other histories (seeds ${TUNING.join(', ')}), where recall is ${percent(tuned.found / tuned.all)} and precision ${percent(tuned.precision)}.`,
      table([
        ['', 'recall', 'precision', 'with alarms about several stores', 'false alarms a store and year'],
        ...reported.map(({ name, total }) => line(name, total)),
      ]),
      table([
        ['found of each kind', ...reported.map(({ name }) => name)],
        ...INCIDENTS.map((kind) => [
          kind,
          ...reported.map(({ total }) => `${total.kinds[kind].found} of ${total.kinds[kind].all}`),
        ]),
      ]),
      verdict(ours),
    ].join('\n\n');
  },
};

interface Total {
  all: number;
  found: number;
  trueAlarms: number;
  /** Of single stores, and of regions, categories and the shop. */
  falseStores: number;
  falseOthers: number;
  storeDays: number;
  readonly precision: number;
  readonly strict: number;
  readonly kinds: Record<(typeof INCIDENTS)[number], { all: number; found: number }>;
}

function totalOf(contender: Contender, seeds: readonly number[]): Total {
  const scores = seeds.map((seed) => {
    const world = worldOf(seed);
    const incidents = incidentsOf(world, seed);
    const simulated = simulate(world, incidents);
    const days = simulated.byStore.figures.lines.filter((lines) => lines > 0).length;
    return scoreOf(contender.watch(simulated, world), incidents, days);
  });
  const sum = (of: (score: Score) => number) => scores.reduce((total, score) => total + of(score), 0);
  const kinds = Object.fromEntries(
    INCIDENTS.map((kind) => [
      kind,
      { all: sum((score) => score.kinds[kind].all), found: sum((score) => score.kinds[kind].found) },
    ]),
  ) as Total['kinds'];
  const trueAlarms = sum(({ trueAlarms: found }) => found);
  const falseStores = sum(({ falseAlarms }) => falseAlarms.filter(({ store }) => store >= 0).length);
  const falseOthers = sum(({ falseAlarms }) => falseAlarms.filter(({ store }) => store < 0).length);
  return {
    ...{ kinds, trueAlarms, falseStores, falseOthers, storeDays: sum(({ storeDays }) => storeDays) },
    all: INCIDENTS.reduce((total, kind) => total + kinds[kind].all, 0),
    found: INCIDENTS.reduce((total, kind) => total + kinds[kind].found, 0),
    precision: trueAlarms / (trueAlarms + falseStores),
    strict: trueAlarms / (trueAlarms + falseStores + falseOthers),
  };
}

function line(name: string, { all, found, precision, strict, falseStores, storeDays }: Total): string[] {
  return [
    name,
    percent(found / all),
    percent(precision),
    percent(strict),
    ((falseStores / storeDays) * 365).toFixed(2),
  ];
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}

function verdict({ all, found, precision }: Total): string {
  const reached = (is: number, goal: number) =>
    `${is >= goal ? 'reached' : 'missed'}: ${percent(is)}, to be at least ${percent(goal)}`;
  return `- recall ${reached(found / all, GOAL.recall)}\n- precision, by store and day, ${reached(precision, GOAL.precision)}`;
}
