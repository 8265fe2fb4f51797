import { Assessor } from '../../jobs/monitor/assess-day.ts';
import { isAlarm } from '../../jobs/monitor/finding.ts';
import { type Mark, Marks } from '../../jobs/monitor/marks.ts';
import { measuresOf } from '../../jobs/monitor/measures.ts';
import { panelOf } from '../../jobs/monitor/panel.ts';
import { summedBy } from '../../jobs/monitor/shop-history.ts';
import type { Alarm } from './score.ts';
import type { Simulated } from './simulate.ts';
import { DAYS, FIRST_DAY, type Occasion, type World } from './world.ts';

/** Something that watches a history and says what it would have told, day by day. */
export interface Contender {
  readonly name: string;
  watch(simulated: Simulated, world: World): Alarm[];
}

/** What an owner has put into the calendar; of a store's campaign for some goods, that the store has one. */
function calendarOf({ occasions }: World): Marks {
  const subjectOf = ({ store, region, category }: Occasion): Record<string, string> => {
    if (store !== undefined) return { store };
    return { ...(region !== undefined && { region }), ...(category !== undefined && { category }) };
  };
  const declared = occasions.filter((occasion) => occasion.declared);
  return new Marks(
    declared.map((occasion): Mark => {
      const { kind, from, to } = occasion;
      return { kind, check: null, note: '', subject: subjectOf(occasion), from: FIRST_DAY + from, to: FIRST_DAY + to };
    }),
  );
}

export const tillstream: Contender = {
  name: 'Tillstream',
  watch({ byStore, byCategory }, world) {
    const histories = [
      ['store', byStore],
      ['shop', summedBy(byStore)],
      ['category', byCategory],
    ] as const;
    const assessor = new Assessor(histories, { marks: calendarOf(world) });
    const alarms: Alarm[] = [];
    for (let day = 0; day < DAYS; day++) {
      for (const finding of assessor.assess(day).filter(isAlarm)) {
        const store = finding.level === 'store' ? byStore.rows.indexOf(finding.row) : -1;
        alarms.push({ store, day, check: finding.check, about: JSON.stringify(finding.row.subject) });
      }
    }
    return alarms;
  },
};

/** Rows down by half, revenue changed by three tenths either way, against the store's day before. */
export const original: Contender = {
  name: "the original's thresholds",
  watch({ byStore }) {
    const { lines, revenue } = byStore.figures;
    return eachStoreDay(byStore.rows.length, (cell, day) => {
      if (day === 0 || lines[cell - 1] === 0) return undefined;
      const rows = lines[cell]! / lines[cell - 1]!;
      const money = revenue[cell]! / revenue[cell - 1]!;
      if (rows <= 0.5) return 'rows';
      return money <= 0.7 || money >= 1.3 ? 'revenue' : undefined;
    });
  },
};

const WINDOW = 28;
const FEWEST = 14;

/** Further than three standard deviations from the mean of the store's last 28 days, in one of the figures. */
function threeSigma(name: string, figuresOf: (simulated: Simulated) => readonly Float64Array[]): Contender {
  return {
    name,
    watch(simulated) {
      const figures = figuresOf(simulated);
      return eachStoreDay(simulated.byStore.rows.length, (cell, day) =>
        figures.some((values) => isFar(values, cell, day)) ? '3 sigma' : undefined,
      );
    },
  };
}

function isFar(values: Float64Array, cell: number, day: number): boolean {
  const before = values.subarray(cell - Math.min(day, WINDOW), cell).filter((value) => !Number.isNaN(value));
  if (before.length < FEWEST || Number.isNaN(values[cell])) return false;
  const mean = before.reduce((sum, value) => sum + value, 0) / before.length;
  const sd = Math.sqrt(before.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (before.length - 1));
  return Math.abs(values[cell]! - mean) > 3 * sd;
}

export const threeSigmaOfTwo: Contender = threeSigma('3 sigma on rows and revenue', ({ byStore: { figures } }) => [
  figures.lines,
  figures.revenue,
]);

/** On all the figures that Tillstream looks at, days without any included as no rows. */
export const threeSigmaOfAll: Contender = threeSigma('3 sigma on every figure', ({ byStore }) => {
  const panels = measuresOf(byStore).map((measure) => panelOf(byStore, measure, new Marks()));
  return [byStore.figures.lines, ...panels.map(({ values, measure }) => values.map((value) => measure.back(value)))];
});

function eachStoreDay(stores: number, check: (cell: number, day: number) => string | undefined): Alarm[] {
  const alarms: Alarm[] = [];
  for (let store = 0; store < stores; store++) {
    for (let day = 0; day < DAYS; day++) {
      const found = check(store * DAYS + day, day);
      if (found) alarms.push({ store, day, check: found, about: String(store) });
    }
  }
  return alarms;
}
