import type { Database } from 'better-sqlite3';
import { type LedgerEntry, ledgerEntries } from '../engine/ledger.ts';
import type { OperatorCounts } from '../engine/operator.ts';
import { Statements } from './statements.ts';

const ADD = `
  INSERT INTO ledger (file_id, part, step, operator, outcome, reason, records, amount) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET records = records + excluded.records, amount = amount + excluded.amount`;

/** Adds what operators counted since the last commit to a file's ledger. */
export function addToLedger(
  statements: Statements,
  fileId: number,
  part: number,
  counts: Readonly<Record<string, OperatorCounts>>,
): void {
  const steps = Object.keys(counts);
  const add = statements.get(ADD);
  for (const { operator, outcome, reason, records, amount } of ledgerEntries(counts)) {
    add.run(fileId, part, steps.indexOf(operator), operator, outcome, reason, records, amount);
  }
}

const select = (from: string) => `
  SELECT l.operator, l.outcome, l.reason, sum(l.records) AS records, sum(l.amount) AS amount
  FROM ${from}
  GROUP BY l.operator, l.outcome, l.reason
  ORDER BY min(l.step), l.outcome = 'read' DESC, l.outcome, l.reason`;
const OF_FILE = select('ledger l WHERE file_id = ?');
const OF_RUN = select("ledger l JOIN files f USING (file_id) WHERE f.run_id = ? AND f.status <> 'abandoned'");

/** A file's ledger, in plan order. */
export function ledgerOfFile(db: Database, fileId: number): LedgerEntry[] {
  return Statements.of(db).get(OF_FILE).all(fileId) as LedgerEntry[];
}

/** A run's ledger: that of all files it loaded, in plan order. */
export function ledgerOfRun(db: Database, runId: number): LedgerEntry[] {
  return Statements.of(db).get(OF_RUN).all(runId) as LedgerEntry[];
}
