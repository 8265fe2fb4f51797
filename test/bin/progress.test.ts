import { Writable } from 'node:stream';
import t from 'tap';
import { IngestProgress } from '../../bin/progress.ts';
import type { Terminal } from '../../bin/terminal.ts';
import { OperatorMeter } from '../../engine/metrics.ts';
import { ledgerOf } from '../../jobs/ingest/report.ts';

class Screen extends Writable {
  readonly isTTY: boolean;
  readonly columns = 100;
  text = '';

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.text += chunk.toString();
    callback();
  }
}

/** What is shown of a run that is half-way through the first of two files, and then has loaded it. */
function shown(isTTY: boolean, env: Terminal['env'] = {}): string {
  const screen = new Screen(isTTY);
  const terminal = { stdout: screen, stderr: screen, env, cwd: '/', signal: new AbortController().signal };
  const progress = new IngestProgress(terminal);
  const source = new OperatorMeter('csv-source');
  source.bytes = 500;
  source.counts.out.records = 1_234;
  progress.onEvent({ type: 'waiting', holder: { pid: 7, since: '2025-01-01T00:00:00.000Z', what: 'ingest' } });
  progress.onEvent({ type: 'run-started', runId: 1, files: 2, bytes: 2_000 });
  progress.onEvent({ type: 'sample', file: 'a.csv', sample: { elapsedMs: 250, operators: [source.read()] } });
  const ledger = ledgerOf([
    { operator: 'csv-source', outcome: 'read', reason: '', records: 3_000, amount: 0 },
    { operator: 'batch-insert', outcome: 'inserted', reason: '', records: 2_990, amount: 0 },
    { operator: 'validate', outcome: 'dead_lettered', reason: 'not_a_date', records: 10, amount: 0 },
  ]);
  const about = {
    name: 'a.csv',
    dataset: 'till',
    status: 'done',
    duration_ms: 1_500,
    error: null,
    rejected: null,
  } as const;
  progress.onEvent({ type: 'file-finished', file: { ...ledger, ...about, notes: ['a note'] }, sizeBytes: 1_000 });
  return screen.text;
}

t.test('who looks on sees a bar that is redrawn, with rate and time left', async (t) => {
  // The codes that redraw a line, made visible.
  const text = shown(true).replaceAll('\r\u001b[2K', '<redraw>');
  t.match(text, /<redraw>█+░+ {2}25 % {2}0\/2 {2}a\.csv {2}1,234 records {2}[\d.,]+( [kM])?\/s {2}.+ left/);
  t.match(text, /<redraw>a\.csv: 3,000 records of till: 2,990 inserted, 10 rejected \(1\.5 s\)\n {2}a note\n/);
});

t.test('a log gets plain lines', async (t) => {
  for (const text of [shown(false), shown(true, { TERM: 'dumb' }), shown(true, { CI: 'true' })]) {
    t.equal(
      text,
      'Waiting for tillstream ingest (process 7, since 2025-01-01T00:00:00.000Z) to finish …\n' +
        'a.csv: 3,000 records of till: 2,990 inserted, 10 rejected (1.5 s)\n  a note\n',
    );
  }
});
