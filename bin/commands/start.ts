import { openDatabase } from '../../db/connection.ts';
import { revenue, summary, topProducts } from '../../db/kpi.ts';
import type { Home } from '../../jobs/home.ts';
import { start } from '../../jobs/start.ts';
import type { Command } from '../command.ts';
import { homeOf } from '../home-option.ts';
import { kpiTables } from '../kpi-tables.ts';
import { IngestProgress } from '../progress.ts';
import { hasFailed, runText } from '../run-text.ts';
import { say } from '../terminal.ts';

export const startCommand: Command = {
  name: 'start',
  summary: 'Load what is in the inbox and show the figures; begins with a made-up month where there is nothing yet.',
  options: [],
  examples: [{ line: 'start', does: 'what `npm start` runs' }],
  async run(call) {
    const { terminal } = call;
    const home = await homeOf(call);
    const report = await start({
      home,
      signal: terminal.signal,
      onEvent: new IngestProgress(terminal).onEvent,
      onDemo: () => say(terminal, 'Nothing here yet: making up a month of sales to begin with …'),
    });
    const kpis = figures(home);
    const text = `${runText(report.run, home)}${kpis ? kpiText(kpis) : ''}`;
    return { document: { ...report, kpis }, text, exitCode: hasFailed(report.run, false) ? 1 : 0 };
  },
};

interface Figures {
  readonly summary: ReturnType<typeof summary>;
  readonly revenue: ReturnType<typeof revenue>;
  readonly top_products: ReturnType<typeof topProducts>;
}

function figures({ database }: Home): Figures | null {
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
