import { existsSync } from 'node:fs';
import { openDatabase } from '../../db/connection.ts';
import { revenue, summary, topProducts } from '../../db/kpi.ts';
import { dailyRun } from '../../jobs/daily-run.ts';
import type { Home } from '../../jobs/home.ts';
import type { RunReport } from '../../jobs/ingest/report.ts';
import { runHere } from '../../jobs/schedule/run-here.ts';
import { serve } from '../../server/serve.ts';
import { ensureDashboard, isDashboardBuilt } from '../../web/build.ts';
import type { Answer, Call, Command } from '../command.ts';
import { FirstRun, MAIN_JOB } from '../first-run.ts';
import { homeOf } from '../home-option.ts';
import { kpiTables } from '../kpi-tables.ts';
import { IngestProgress } from '../progress.ts';
import { hasFailed, runText } from '../run-text.ts';
import { say } from '../terminal.ts';

export const startCommand: Command = {
  name: 'start',
  summary: 'Load what is in the inbox, show the figures, and go on: dashboard, watched inbox, scheduled jobs.',
  description:
    'Does the daily run at once, then serves the dashboard, the REST answers (described at /docs) and the live view, loads files as ' +
    'they come into the inbox, and runs the jobs when they are due, until you press Ctrl-C. An empty home begins with a made-up month. ' +
    'Other machines are let in only with a token: --host 0.0.0.0 --token SECRET, or TILLSTREAM_TOKEN.\n\n' +
    'With --once, and where the environment has CI set, it does the daily run, prints the figures and ends.',
  options: [
    { name: 'port', value: 'N', description: 'port to listen on (default 8000; 0 takes any that is free)' },
    { name: 'host', value: 'ADDRESS', description: 'address to listen on (default 127.0.0.1: this machine only)' },
    { name: 'token', value: 'SECRET', description: 'what others must know, at least 12 characters' },
    { name: 'once', description: 'do the daily run, show the figures, and end' },
    { name: 'no-jobs', description: 'only serve: run no jobs, watch no inbox' },
  ],
  examples: [
    { line: 'start', does: 'what `npm start` runs; the dashboard is at http://127.0.0.1:8000' },
    { line: 'start --once', does: 'load, show the figures, end' },
    { line: 'start --no-jobs --port 0', does: 'the dashboard alone, at any port that is free' },
  ],
  async run(call) {
    const home = await homeOf(call);
    const isOnce = call.options.flag('once') || Boolean(call.terminal.env.CI);
    return isOnce ? runOnce(call, home) : goOn(call, home);
  },
};

async function runOnce({ terminal }: Call, home: Home): Promise<Answer> {
  const { result, reports } = await runHere({
    ...{ home, name: MAIN_JOB, job: dailyRun, trigger: 'start', signal: terminal.signal },
    onEvent: new IngestProgress(terminal).onEvent,
    log: (line) => say(terminal, line),
  });
  const [run] = reports;
  const { demo } = result.result as { demo: readonly string[] };
  const document = { demo, run, kpis: figures(home) };
  const text = run ? summaryText(run, home) : '';
  return { document, text, exitCode: run && hasFailed(run, false) ? 1 : 0 };
}

async function goOn(call: Call, home: Home): Promise<Answer> {
  const { terminal, options } = call;
  if (!isDashboardBuilt()) say(terminal, 'Building the dashboard, once …');
  await ensureDashboard();
  const jobs = !options.flag('no-jobs');
  const first = new FirstRun(terminal);
  const given = {
    port: options.whole('port', 0),
    host: options.text('host'),
    token: options.text('token') ?? terminal.env.TILLSTREAM_TOKEN,
  };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const serving = await serve({ home, signal: terminal.signal, jobs, ...first.listeners, ...known });
  say(terminal, `Open ${serving.entry} in a browser; Ctrl-C stops.`);
  const { isRunning, note } = serving.jobs();
  if (note !== null) say(terminal, note);
  if (isRunning) await Promise.race([first.ended, serving.stopped]);
  if (first.report && !terminal.signal.aborted) print(call, summaryText(first.report, home));
  await serving.stopped;
  return { document: { url: serving.url, run: first.report }, text: 'Stopped.\n', exitCode: 0 };
}

/** What was found goes where answers go, unless that is one document. */
function print({ terminal, options }: Call, text: string): void {
  if (options.flag('json')) say(terminal, text);
  else terminal.stdout.write(`${text}\n`);
}

function summaryText(run: RunReport, home: Home): string {
  const kpis = figures(home);
  return `${runText(run, home)}${kpis ? kpiText(kpis) : ''}`;
}

interface Figures {
  readonly summary: ReturnType<typeof summary>;
  readonly revenue: ReturnType<typeof revenue>;
  readonly top_products: ReturnType<typeof topProducts>;
}

/** Null where there is no warehouse yet. */
function figures({ database }: Home): Figures | null {
  if (!existsSync(database)) return null;
  const db = openDatabase(database, { readonly: true });
  try {
    return { summary: summary(db), revenue: revenue(db), top_products: topProducts(db) };
  } finally {
    db.close();
  }
}

function kpiText({ summary, revenue, top_products }: Figures): string {
  const more = 'More: tillstream kpi --help · tillstream runs · tillstream verify\n';
  return ['', kpiTables.summary(summary), kpiTables.revenue(revenue), kpiTables.topProducts(top_products), more].join(
    '\n',
  );
}
