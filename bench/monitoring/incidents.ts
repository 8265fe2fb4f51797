import { Chance } from './chance.ts';
import { DAYS, type Occasion, type World } from './world.ts';

export const INCIDENTS = [
  'missing store-day',
  'halved volume',
  'price x10',
  'duplicated file',
  'shifted column',
  'slow decline',
  'currency mix-up',
  'null burst',
] as const;
export type IncidentKind = (typeof INCIDENTS)[number];

/** Something that went wrong with one store. A slow decline goes down to `to`, stays for a fortnight and recovers in three weeks. */
export interface Incident {
  readonly kind: IncidentKind;
  readonly store: number;
  readonly from: number;
  readonly to: number;
  /** The last day on which anything of it is left. */
  readonly over: number;
  /** What it draws its own details from. */
  readonly seed: number;
}

const OF_EACH = 12;
/** Histories begin quiet, as shops do: the first three months are for learning. */
const FIRST = 91;
const APART = 10;
const DECLINE_DAYS = 45;
const AFTERMATH_DAYS = 35;

/** Draws incidents at random: any store, any day it is open and no holiday, and some days between two of a store. */
export function incidentsOf(world: World, seed: number): Incident[] {
  const chance = new Chance(seed, 2);
  const made: Incident[] = [];
  for (const kind of [...INCIDENTS].sort((a, b) => Number(b === 'slow decline') - Number(a === 'slow decline'))) {
    for (let i = 0; i < OF_EACH; ) {
      const incident = drawn(kind, chance, world);
      if (!incident || made.some((other) => near(incident, other))) continue;
      made.push(incident);
      i++;
    }
  }
  return made;
}

function drawn(kind: IncidentKind, chance: Chance, { stores, occasions }: World): Incident | undefined {
  const store = chance.below(stores.length);
  const from = FIRST + chance.below(DAYS - FIRST);
  const to = kind === 'slow decline' ? from + DECLINE_DAYS - 1 : from;
  const over = kind === 'slow decline' ? to + AFTERMATH_DAYS : to;
  const { opens, weekdays, id, region } = stores[store]!;
  const isClosed = weekdays[(19_358 + from + 3) % 7] === 0 || from < opens + FIRST;
  const isHoliday = occasions.some(
    (occasion) => holds(occasion, from) && (occasion.region ?? region) === region && (occasion.store ?? id) === id,
  );
  if (over >= DAYS || isClosed || (isHoliday && kind !== 'slow decline')) return undefined;
  return { kind, store, from, to, over, seed: chance.below(1 << 20) };
}

function holds({ kind, from, to, trade }: Occasion, day: number): boolean {
  return kind === 'holiday' && trade < 0.7 && from <= day && day <= to;
}

function near(a: Incident, b: Incident): boolean {
  return a.store === b.store && a.from <= b.over + APART && b.from <= a.over + APART;
}
