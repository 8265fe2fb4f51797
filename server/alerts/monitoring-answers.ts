import { activeAlert, incidentsOf } from '../../db/operations/alerts.ts';
import { history, latestResults, monitorRuns } from '../../db/operations/checks.ts';
import { dayText } from '../../db/period.ts';
import { titleOf } from '../../jobs/alert/title.ts';
import { type CheckResult, keyOf } from '../../jobs/monitor/check-result.ts';
import { ProblemError } from '../errors.ts';
import type { ChannelDelivery } from '../schemas/alerts.ts';
import type { CheckView, Monitoring, MonitoringSeries, MonitorRun } from '../schemas/monitoring.ts';
import { checkFigures, instant, seriesOf } from './alert-answers.ts';

type Database = Parameters<typeof activeAlert>[0];

export function lastMonitorRun(db: Database): MonitorRun | null {
  const run = monitorRuns(db, { limit: 1 })[0];
  return run ? { ...run, started_at: instant(run.started_at), ended_at: instant(run.ended_at) } : null;
}

/** Every check as it was when it last looked, the gravest first. */
export function monitoringAnswer(db: Database, channels: ChannelDelivery[]): Monitoring {
  const views = latestResults<CheckResult>(db).map((result) => checkView(db, result));
  const of = (verdict: CheckView['verdict']) => views.filter((view) => view.verdict === verdict);
  const [failing, learning, ok] = [of('failing').sort(graver), of('learning'), of('ok')];
  const counts = { failing: failing.length, learning: learning.length, ok: ok.length };
  return { last_run: lastMonitorRun(db), counts, failing, learning, ok, channels };
}

const GRAVITY = { critical: 0, warning: 1, info: 2 } as const;

function graver(a: CheckView, b: CheckView): number {
  return GRAVITY[a.severity] - GRAVITY[b.severity];
}

function checkView(db: Database, result: CheckResult): CheckView {
  const { check, subject, day, verdict, severity, message, cause = null } = result;
  const key = keyOf(result);
  return {
    ...{ key, check, subject: { ...subject }, title: titleOf(result), day, verdict, severity, message, cause },
    ...{ figures: checkFigures(result), alert_id: activeAlert(db, key)?.alert_id ?? null },
  };
}

/** What a check observed day by day, with what it expected. Throws `no_such_check`. */
export function monitoringSeries(db: Database, key: string, limit: number): MonitoringSeries {
  const results = history<CheckResult>(db, key, { limit });
  const [latest] = results;
  if (!latest)
    throw new ProblemError(
      'no_such_check',
      `nothing was checked that is called ${key}; GET /monitoring lists what was`,
    );
  const byDay = new Map<string, CheckResult>();
  // The newest result of a day is the one that holds.
  for (const result of results.toReversed()) if (result.day !== null) byDay.set(result.day, result);
  const points = [...byDay.values()].sort((a, b) => ((a.day ?? '') < (b.day ?? '') ? -1 : 1)).map(pointOf);
  const first = points[0]?.day ?? '9999';
  return {
    ...{ key, check: latest.check, title: titleOf(latest), unit: latest.unit, points },
    before: seriesOf(latest).filter(({ day }) => day < first),
    incidents: incidentsOf(db, key).map(({ day, ...incident }) => ({ ...incident, day: dayText(day) ?? '' })),
  };
}

function pointOf(result: CheckResult): MonitoringSeries['points'][number] {
  const { observed, expected, low, high } = checkFigures(result);
  return { day: result.day ?? '', verdict: result.verdict, observed, expected, low, high, message: result.message };
}
