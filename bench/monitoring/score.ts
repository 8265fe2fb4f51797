import { INCIDENTS, type Incident, type IncidentKind } from './incidents.ts';

/** Something that a contender would have told of. `store` is its index, or -1 for more than one store: a region, a category, the shop. */
export interface Alarm {
  readonly store: number;
  readonly day: number;
  readonly check: string;
  readonly about: string;
}

export interface Score {
  /** Of each kind: how many incidents there were and how many were found. */
  readonly kinds: Readonly<Record<IncidentKind, { readonly all: number; readonly found: number }>>;
  /** Incidents that were found, and alarms that none explains, both counted as the README says. */
  readonly trueAlarms: number;
  readonly falseAlarms: readonly Alarm[];
  readonly missed: readonly Incident[];
  readonly storeDays: number;
}

/** Days that an alarm may pause and still be the same. */
const SAME = 7;

export function scoreOf(alarms: readonly Alarm[], incidents: readonly Incident[], storeDays: number): Score {
  const explains = (incident: Incident, { store, day }: Alarm) =>
    incident.store === store && incident.from <= day && day <= incident.over;
  const found = new Set<Incident>();
  const strays: Alarm[] = [];
  for (const alarm of alarms) {
    const incident = incidents.find((each) => explains(each, alarm));
    if (!incident) strays.push(alarm);
    else found.add(incident);
  }
  const inTime = [...found].filter((incident) =>
    alarms.some((alarm) => explains(incident, alarm) && alarm.day <= incident.to + 14),
  );
  const kinds = Object.fromEntries(
    INCIDENTS.map((kind) => [
      kind,
      {
        all: incidents.filter((each) => each.kind === kind).length,
        found: inTime.filter((each) => each.kind === kind).length,
      },
    ]),
  ) as Score['kinds'];
  return {
    kinds,
    trueAlarms: found.size,
    falseAlarms: oncePerDay(strays),
    missed: incidents.filter((each) => !inTime.includes(each)),
    storeDays,
  };
}

/** A store's day counts once however many checks fail, and a decline once however many days it is told. */
function oncePerDay(alarms: readonly Alarm[]): Alarm[] {
  const kept: Alarm[] = [];
  for (const alarm of [...alarms].sort((a, b) => a.day - b.day)) {
    const same = kept.some(
      (other) =>
        other.about === alarm.about &&
        (other.day === alarm.day ||
          (alarm.check === 'decline' && other.check === 'decline' && alarm.day - lastOf.get(other)! <= SAME)),
    );
    if (same) {
      const run = kept.find(
        (other) => other.about === alarm.about && other.check === 'decline' && alarm.check === 'decline',
      );
      if (run) lastOf.set(run, alarm.day);
    } else {
      kept.push(alarm);
      lastOf.set(alarm, alarm.day);
    }
  }
  return kept;
}

const lastOf = new WeakMap<Alarm, number>();
