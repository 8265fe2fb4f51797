import { serve } from '../../server/serve.ts';
import { ensureDashboard, isDashboardBuilt } from '../../web/build.ts';
import type { Command } from '../command.ts';
import { homeOf } from '../home-option.ts';
import { IngestProgress } from '../progress.ts';
import { hasFailed, runText } from '../run-text.ts';
import { say } from '../terminal.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Show sales and runs live in the browser and answer over REST, loading what is in the inbox meanwhile.',
  description:
    'Serves the dashboard, the REST answers (described at /docs) and the live view until you press Ctrl-C. In an empty home it begins ' +
    'with a made-up month. Other machines are let in only with a token: --host 0.0.0.0 --token SECRET, or TILLSTREAM_TOKEN.',
  options: [
    { name: 'port', value: 'N', description: 'port to listen on (default 8000; 0 takes any that is free)' },
    { name: 'host', value: 'ADDRESS', description: 'address to listen on (default 127.0.0.1: this machine only)' },
    { name: 'token', value: 'SECRET', description: 'what others must know, at least 12 characters' },
  ],
  examples: [
    { line: 'serve', does: 'the dashboard at http://127.0.0.1:8000' },
    { line: 'serve --port 0', does: 'at any port that is free' },
  ],
  async run(call) {
    const { terminal, options } = call;
    const home = await homeOf(call);
    const given = {
      port: options.whole('port', 0),
      host: options.text('host'),
      token: options.text('token') ?? terminal.env.TILLSTREAM_TOKEN,
    };
    const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    if (!isDashboardBuilt()) say(terminal, 'Building the dashboard, once …');
    await ensureDashboard();
    const serving = await serve({ home, signal: terminal.signal, ...known });
    say(terminal, `Open ${serving.entry} in a browser; Ctrl-C stops.`);
    const report = await firstRun(serving, call.terminal);
    if (report) say(terminal, runText(report, home));
    await serving.stopped;
    const document = { url: serving.url, run: report };
    return { document, text: 'Stopped.\n', exitCode: report && hasFailed(report, false) ? 1 : 0 };
  },
};

type Terminal = Parameters<Command['run']>[0]['terminal'];

/** Loads what the inbox holds; null where the run was stopped before it began. */
async function firstRun(serving: Awaited<ReturnType<typeof serve>>, terminal: Terminal) {
  const onDemo = () => say(terminal, 'Nothing here yet: making up a month of sales to begin with …');
  const event = new IngestProgress(terminal).onEvent;
  try {
    const { report } = await serving.run({ trigger: 'start', demo: true }, { event, demo: onDemo });
    return report;
  } catch (error) {
    if (!terminal.signal.aborted) say(terminal, `The inbox could not be loaded: ${(error as Error).message}`);
    return null;
  }
}
