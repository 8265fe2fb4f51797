import type { Database } from 'better-sqlite3';
import {
  ALERT_STATES,
  type AlertRecord,
  type AlertState,
  countAlerts,
  eventsOf,
  findAlert,
  listAlerts,
  resultsOf,
} from '../../db/operations/alerts.ts';
import { openOperations } from '../../db/operations/connection.ts';
import { channelStates } from '../../db/operations/outbox.ts';
import { acknowledgeAlert, expectAlert, reopenAlert } from '../../jobs/alert/actions.ts';
import { channelHealth } from '../../jobs/alert/channel-health.ts';
import { noSuchAlert } from '../../jobs/alert/errors.ts';
import type { CheckResult } from '../../jobs/monitor/check-result.ts';
import { alertAnswer, alertDetail } from '../../server/alerts/alert-answers.ts';
import type { Answer, Call, Command } from '../command.ts';
import { counted, moment } from '../figures.ts';
import { homeOf } from '../home-option.ts';
import { table } from '../table.ts';
import { UsageError } from '../usage-error.ts';

const ACTIONS = { show, acknowledge, expected, reopen };
const MOST = 20;

export const alertsCommand: Command = {
  name: 'alerts',
  summary: 'List what is wrong, and say that you look after it or that it was to be expected.',
  description:
    'Lists alerts that are open or acknowledged. What was expected, such as a promotion, does not come back for the same days, and ' +
    'these days are no measure of what is normal any more. Who is told is in schema_config.json (docs/alerts.md).',
  positionals: '[show|acknowledge|expected|reopen ID]',
  mostPositionals: 2,
  options: [
    { name: 'state', value: 'STATE', description: `only these: ${ALERT_STATES.join(', ')}, or all` },
    { name: 'note', value: 'TEXT', description: 'with acknowledge and expected: why, for whoever asks later' },
    { name: 'limit', value: 'N', description: `at most so many, the latest first (default ${MOST})` },
  ],
  examples: [
    { line: 'alerts', does: 'what is wrong now' },
    { line: 'alerts show 3', does: 'one alert: evidence, what happened to it' },
    { line: 'alerts expected 3 --note promotion', does: 'it was a promotion' },
    { line: 'alerts --state all --json', does: 'all there were, for programs' },
  ],
  async run(call) {
    const [action, id] = call.positionals;
    if (action === undefined) return withOperations(call, (db) => listed(db, call));
    if (!isAction(action))
      throw new UsageError(`alerts: expected ${Object.keys(ACTIONS).join(', ')}, got "${action}"`, 'alerts');
    if (id === undefined || !/^[1-9]\d*$/.test(id))
      throw new UsageError(`alerts ${action}: say the number of an alert; \`tillstream alerts\` lists them`, 'alerts');
    return withOperations(call, (db) => ACTIONS[action](db, Number(id), call));
  },
};

function isAction(text: string): text is keyof typeof ACTIONS {
  return Object.hasOwn(ACTIONS, text);
}

async function withOperations(call: Call, work: (db: Database) => Answer): Promise<Answer> {
  const db = openOperations((await homeOf(call)).operations);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

function listed(db: Database, { options }: Call): Answer {
  const state = options.choice('state', [...ALERT_STATES, 'all']);
  const states = state === 'all' ? undefined : state === undefined ? (['open', 'acknowledged'] as const) : [state];
  const filter = { states: states as readonly AlertState[] | undefined };
  const limit = options.whole('limit', 1) ?? MOST;
  const alerts = listAlerts(db, { ...filter, limit });
  const total = countAlerts(db, filter);
  const channels = channelStates(db, Date.now()).map((each) => ({
    channel: each.channel,
    ...channelHealth(each, Date.now()),
  }));
  const trouble = channels.filter(({ status }) => status !== 'ok').map(({ message }) => `${message}\n`);
  const more = total > alerts.length ? `… and ${total - alerts.length} more; --limit shows them\n` : '';
  const text = alerts.length === 0 ? 'No alerts.\n' : `${alertTable(alerts)}${more}`;
  return { document: { total, items: alerts.map(alertAnswer), channels }, text: `${text}${trouble.join('')}` };
}

function alertTable(alerts: readonly AlertRecord[]): string {
  return table(alerts, [
    { heading: 'Alert', show: ({ alert_id }) => String(alert_id), align: 'right' },
    { heading: 'Since', show: ({ opened_at }) => shortMoment(opened_at) },
    { heading: 'State', show: ({ state }) => state },
    { heading: 'Severity', show: ({ severity }) => severity },
    { heading: 'About', show: ({ title }) => title },
    { heading: 'What', show: ({ message }) => message },
  ]);
}

function show(db: Database, id: number): Answer {
  const alert = findAlert(db, id);
  if (!alert) throw noSuchAlert(id);
  return answered(db, alert);
}

function acknowledge(db: Database, id: number, { options }: Call): Answer {
  return answered(db, acknowledgeAlert(id, { db, ...noteIn(options.text('note')) }));
}

function expected(db: Database, id: number, { options }: Call): Answer {
  return answered(db, expectAlert(id, { db, ...noteIn(options.text('note')) }));
}

function reopen(db: Database, id: number): Answer {
  return answered(db, reopenAlert(id, { db }));
}

function noteIn(note: string | undefined): { readonly note?: string } {
  return note === undefined ? {} : { note };
}

function answered(db: Database, alert: AlertRecord): Answer {
  const { alert_id, title, state, severity, message, note } = alert;
  const others = resultsOf(db, alert_id).filter(({ key }) => key !== alert.key);
  const lines = [
    `Alert ${alert_id}: ${title} (${severity}, ${state})`,
    message,
    ...(note ? [`Note: ${note}`] : []),
    ...(others.length > 0 ? [`It stands for ${counted(others.length, 'other finding')}:`] : []),
    ...others.map(({ result }) => `  ${(result as CheckResult).message}`),
    ...eventsOf(db, alert_id).map(
      ({ at, event, message: said }) => `${shortMoment(at)}  ${event}${said ? `: ${said}` : ''}`,
    ),
  ];
  return { document: alertDetail(db, alert), text: `${lines.join('\n')}\n` };
}

function shortMoment(ms: number): string {
  return moment(ms).slice(0, 16).replace('T', ' ');
}
