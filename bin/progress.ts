import { basename } from 'node:path';
import type { MetricsSample } from '../engine/metrics.ts';
import type { IngestEvent } from '../jobs/ingest/events.ts';
import type { FileReport } from '../jobs/ingest/report.ts';
import { counted, duration, grouped, rate, size } from './figures.ts';
import { isInteractive, say, type Terminal } from './terminal.ts';

const BAR_WIDTH = 18;
const REDRAW_MS = 80;
/** Where nobody looks on, a long file is heard of so often. */
const LINE_MS = 10_000;

type Of<Type extends IngestEvent['type']> = Extract<IngestEvent, { type: Type }>;

/** Tells on stderr how a run is getting on: a bar that is redrawn for a person, plain lines for a log. */
export class IngestProgress {
  readonly #terminal: Terminal;
  readonly #interactive: boolean;
  readonly #started = performance.now();
  #files = 0;
  #finished = 0;
  #bytes = 0;
  #bytesBefore = 0;
  #resumedBytes = 0;
  #recordsBefore = 0;
  #drawnAt = 0;
  #isDrawn = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#interactive = isInteractive(terminal);
    this.#drawnAt = this.#interactive ? 0 : this.#started;
  }

  readonly onEvent = (event: IngestEvent): void => {
    if (event.type === 'waiting') this.#say(waitingLine(event));
    else if (event.type === 'run-started') this.#runStarted(event);
    else if (event.type === 'file-started') this.#fileStarted(event);
    else if (event.type === 'sample') this.#sample(event.file, event.sample);
    else if (event.type === 'file-finished') this.#fileFinished(event);
    else this.#erase();
  };

  #runStarted({ files, bytes }: Of<'run-started'>): void {
    this.#files = files;
    this.#bytes = bytes;
  }

  #fileStarted({ file, resumedAt }: Of<'file-started'>): void {
    this.#resumedBytes += resumedAt;
    if (resumedAt > 0) this.#say(`${file}: going on after ${size(resumedAt)}`);
  }

  #fileFinished({ file, sizeBytes }: Of<'file-finished'>): void {
    this.#finished++;
    this.#bytesBefore += sizeBytes;
    this.#recordsBefore += file.read;
    this.#say(fileLine(file));
  }

  #sample(file: string, { operators }: MetricsSample): void {
    const now = performance.now();
    if (now - this.#drawnAt < (this.#interactive ? REDRAW_MS : LINE_MS)) return;
    this.#drawnAt = now;
    const source = operators[0];
    const done = this.#bytesBefore + (source?.bytes ?? 0);
    const records = this.#recordsBefore + (source?.counts.out.records ?? 0);
    const line = this.#line(file, done, records, now - this.#started);
    if (this.#interactive) this.#draw(line);
    else say(this.#terminal, line);
  }

  #line(file: string, done: number, records: number, elapsedMs: number): string {
    const share = this.#bytes > 0 ? Math.min(1, done / this.#bytes) : 0;
    const fresh = done - this.#resumedBytes;
    const leftMs = fresh > 0 ? (elapsedMs * (this.#bytes - done)) / fresh : Number.NaN;
    const parts = [
      ...(this.#interactive ? [bar(share)] : []),
      `${Math.floor(share * 100)} %`,
      `${this.#finished}/${this.#files}`,
      basename(file),
      `${grouped(records)} records`,
      rate(records, elapsedMs),
      ...(Number.isFinite(leftMs) ? [`${duration(Math.max(0, leftMs))} left`] : []),
    ];
    return parts.join('  ');
  }

  #draw(line: string): void {
    const width = (this.#terminal.stderr.columns ?? 80) - 1;
    this.#terminal.stderr.write(`\r\x1b[2K${line.slice(0, width)}`);
    this.#isDrawn = true;
  }

  #say(line: string): void {
    this.#erase();
    say(this.#terminal, line);
  }

  #erase(): void {
    if (this.#isDrawn) this.#terminal.stderr.write('\r\x1b[2K');
    this.#isDrawn = false;
  }
}

/** How far along something is that counts records. */
export class CountProgress {
  readonly #terminal: Terminal;
  readonly #total: number;
  readonly #started = performance.now();
  #drawnAt = 0;

  constructor(terminal: Terminal, total: number) {
    this.#terminal = terminal;
    this.#total = total;
  }

  update(records: number): void {
    const now = performance.now();
    if (!isInteractive(this.#terminal) || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    const elapsedMs = now - this.#started;
    const left = records > 0 ? duration((elapsedMs * (this.#total - records)) / records) : '';
    const line = `${bar(records / this.#total)}  ${grouped(records)} records  ${rate(records, elapsedMs)}  ${left} left`;
    this.#terminal.stderr.write(`\r\x1b[2K${line.slice(0, (this.#terminal.stderr.columns ?? 80) - 1)}`);
  }

  end(): void {
    if (this.#drawnAt > 0) this.#terminal.stderr.write('\r\x1b[2K');
  }
}

function bar(share: number): string {
  const filled = Math.round(Math.min(1, share) * BAR_WIDTH);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

function waitingLine({ holder }: Of<'waiting'>): string {
  if (!holder) return 'Waiting for another tillstream that is writing to this home …';
  return `Waiting for tillstream ${holder.what} (process ${holder.pid}, since ${holder.since}) to finish …`;
}

/** One line on what became of a file. */
export function fileLine(file: FileReport): string {
  const { name, status, error, notes } = file;
  const remarks = notes.map((note) => `\n  ${note}`).join('');
  if (status === 'failed' || status === 'unmatched') return `${name}: ${status}: ${error?.message ?? ''}${remarks}`;
  if (status === 'unchanged') return `${name}: unchanged: it is in the warehouse already${remarks}`;
  const asides = [
    ...(file.updated > 0 ? [`${grouped(file.updated)} updated`] : []),
    ...(file.unchanged > 0 ? [`${grouped(file.unchanged)} unchanged`] : []),
    ...(file.filtered > 0 ? [`${grouped(file.filtered)} left out`] : []),
    ...(file.late > 0 ? [`${grouped(file.late)} late`] : []),
    ...(file.dead_lettered > 0 ? [`${grouped(file.dead_lettered)} rejected`] : []),
  ];
  const fates = [`${grouped(file.inserted)} inserted`, ...asides].join(', ');
  return `${name}: ${counted(file.read, 'record')} of ${file.dataset}: ${fates} (${duration(file.duration_ms)})${remarks}`;
}
