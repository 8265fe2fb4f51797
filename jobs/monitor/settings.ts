import type { MarkedDays } from '../../db/operations/marked-days.ts';
import type { CheckName, MonitoringSettings, Occasion } from '../../operators/dataset/settings/monitoring.ts';
import type { Severity, Subject } from './check-result.ts';
import { type Dimensions, USUAL_DIMENSIONS } from './dimensions.ts';
import { FEWEST_DAYS, LIMITS, type Limits } from './limits.ts';
import { type Declared, Marks, marksOf } from './marks.ts';

/** The settings with everything said that was left to defaults. */
export interface MonitorPolicy {
  readonly timeZone: string;
  readonly dimensions: Dimensions;
  readonly fewest: number;
  readonly catchUpDays: number;
  readonly limits: Limits;
  readonly original: { readonly rows: number; readonly revenue: number; readonly runtimeSeconds: number };
  readonly diskFreeBytes: number;
  readonly calendar: readonly Occasion[];
  isOn(check: CheckName): boolean;
  severityOf(check: CheckName, usual: Severity): Severity;
}

const ORIGINAL = { rows: 0.5, revenue: 0.3, runtimeSeconds: 300 };
const CATCH_UP_DAYS = 7;
const DISK_FREE_BYTES = 2e9;

export function monitorPolicy(settings: MonitoringSettings): MonitorPolicy {
  const { checks = {}, calendar = [], original = {}, diskFreeGigabytes } = settings;
  const isOn = (check: CheckName): boolean => checks[check]?.enabled ?? true;
  const limits = Object.entries(LIMITS)
    .filter(([check]) => isOn(check as CheckName))
    .map(([check, limit]) => {
      const { score = limit.score, floor = limit.floor, severity = limit.severity } = checks[check as CheckName] ?? {};
      return [check, { score, floor, severity }] as const;
    });
  return {
    timeZone: settings.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    dimensions: settings.dimensions ? new Set(settings.dimensions) : USUAL_DIMENSIONS,
    fewest: settings.minimumDays ?? FEWEST_DAYS,
    catchUpDays: settings.catchUpDays ?? CATCH_UP_DAYS,
    limits: Object.fromEntries(limits),
    original: { ...ORIGINAL, ...original },
    diskFreeBytes: diskFreeGigabytes === undefined ? DISK_FREE_BYTES : diskFreeGigabytes * 1e9,
    calendar,
    isOn,
    severityOf: (check, usual) => checks[check]?.severity ?? usual,
  };
}

/** All that is marked: by the calendar of the configuration, and by people who said of an alert that it was expected. */
export function marksFrom(calendar: readonly Occasion[], marked: readonly MarkedDays[]): Marks {
  const declared = calendar.flatMap(declaredBy);
  const said = marked.map(
    ({ kind, subject, check, from, to, note }): Declared => ({ kind, subject, check, from, to, name: note }),
  );
  return new Marks(marksOf([...declared, ...said]));
}

function declaredBy({ kind, from, to, name, yearly, stores, regions, categories }: Occasion): Declared[] {
  const subjects: Subject[] = [
    ...(stores ?? []).map((store) => ({ store })),
    ...(regions ?? []).map((region) => ({ region })),
    ...(categories ?? []).map((category) => ({ category })),
  ];
  return (subjects.length === 0 ? [{}] : subjects).map((subject) => ({ kind, from, to, name, yearly, subject }));
}
