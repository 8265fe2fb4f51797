import type { Database } from 'better-sqlite3';
import { TillstreamError } from '../../engine/errors.ts';
import type { Checkpoint, OperatorCounts } from '../../engine/operator.ts';
import { addCounts, emptyCounts } from '../../engine/tally.ts';

/** Where a run of a pipeline over a file got to, as far as a database has it. */
export interface RunProgress {
  /** Of the last checkpoint. */
  readonly number: number;
  readonly position: Checkpoint['position'];
  readonly states: Readonly<Record<string, unknown>>;
  /** What each operator counted up to there, from the very beginning. */
  readonly counts: Readonly<Record<string, OperatorCounts>>;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS tillstream_checkpoints (
    pipeline TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    number INTEGER NOT NULL,
    done INTEGER NOT NULL,
    position TEXT NOT NULL,
    states TEXT NOT NULL,
    counts TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tillstream_dead_letters (
    pipeline TEXT NOT NULL,
    file TEXT NOT NULL,
    line INTEGER NOT NULL,
    operator TEXT NOT NULL,
    reason TEXT NOT NULL,
    field TEXT,
    message TEXT NOT NULL,
    raw TEXT NOT NULL
  )`;

interface Row {
  readonly number: number;
  readonly position: string;
  readonly states: string;
  readonly counts: string;
}

/** The checkpoints that a database keeps beside the records, one for each pipeline. */
export class Checkpoints {
  readonly #db: Database;
  readonly #pipeline: string;
  readonly #file: string;

  constructor(db: Database, pipeline: string, file: string) {
    this.#db = db;
    this.#pipeline = pipeline;
    this.#file = file;
  }

  makeTables(): void {
    this.#db.exec(TABLES);
  }

  read(): RunProgress | null {
    const row = this.#db
      .prepare('SELECT number, position, states, counts FROM tillstream_checkpoints WHERE pipeline = ?')
      .get(this.#pipeline) as Row | undefined;
    if (!row) return null;
    return {
      number: row.number,
      position: JSON.parse(row.position) as RunProgress['position'],
      states: JSON.parse(row.states) as RunProgress['states'],
      counts: JSON.parse(row.counts) as RunProgress['counts'],
    };
  }

  /** Forgets the run, so that it begins anew. */
  remove(): void {
    this.#db.prepare('DELETE FROM tillstream_checkpoints WHERE pipeline = ?').run(this.#pipeline);
  }

  /** Throws `pipeline_busy` where another process has gone on from `before`. */
  write({ number, position, states, counts }: Checkpoint, before: RunProgress | null): RunProgress {
    if ((this.read()?.number ?? -1) !== (before?.number ?? -1)) {
      const message = `another process runs the same pipeline over ${this.#file}; let one of them finish`;
      throw new TillstreamError('pipeline_busy', message, { file: this.#file });
    }
    const progress = { number, position, states, counts: added(before?.counts ?? {}, counts) };
    this.#db
      .prepare('INSERT OR REPLACE INTO tillstream_checkpoints VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(
        this.#pipeline,
        this.#file,
        number,
        Number(position.last),
        ...[position, states, progress.counts].map((each) => JSON.stringify(each)),
      );
    return progress;
  }
}

type Counts = RunProgress['counts'];

function added(before: Counts, more: Counts): Counts {
  const sums: Record<string, OperatorCounts> = structuredClone(before) as Record<string, OperatorCounts>;
  for (const [id, counts] of Object.entries(more)) {
    sums[id] ??= emptyCounts();
    addCounts(sums[id], counts);
  }
  return sums;
}
