import { resolve } from 'node:path';
import { DEAD_LETTER, MAIN } from '../../engine/batch.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import { closureSpec } from './closures.ts';
import { type Sink, sink } from './parts.ts';

export interface SqliteSinkOptions<In> {
  /** Fields that tell one record from another: a record whose key is in the table takes its place. Without, all are added. */
  readonly key?: readonly (keyof In & string)[];
}

/**
 * Puts records into a table of a SQLite database; both are made if they aren't there. Records and the position in the source are
 * committed in one transaction, so a run that was cut off goes on there, and the same again does nothing.
 */
export function sqliteSink<In extends object>(
  file: string,
  table: string,
  options: SqliteSinkOptions<In> = {},
): Sink<In> {
  return sink((draft, from) => {
    const full = resolve(file);
    draft.databases.add(full);
    draft.add('sqlite-sink', { file: full, table, key: [...(options.key ?? [])] }, [from]);
  });
}

/** A record that was rejected, as a sink is told of it. */
export interface RejectedRecord {
  /** Its line in the source, from 1. */
  readonly line: number;
  readonly operator: string;
  readonly reason: string;
  readonly message: string;
}

/** Gives each record to a function, and each rejected one to `onRejected`. A promise is waited for. */
export function recordsSink<In extends object>(
  take: (record: In) => void | Promise<void>,
  onRejected: (rejected: RejectedRecord) => void = () => {},
): Sink<In> {
  const operator = defineOperator({
    ...closureSpec('records-sink'),
    create: () => ({
      ports: [DEAD_LETTER],
      async process(batch, out) {
        if (batch.port !== MAIN) {
          const text = (name: string, row: number) => String(batch.column(name).get(row));
          for (let row = 0; row < batch.length; row++) {
            const [operator, reason, message] = ['operator', 'reason', 'message'].map((name) => text(name, row));
            onRejected({ line: batch.provenance.lines[row]!, operator: operator!, reason: reason!, message: message! });
          }
          return;
        }
        for (const record of batch.records) await take(record as In);
        out.written({ inserted: { records: batch.length, amount: 0 } });
      },
      // What it has taken is taken: there is nothing to make durable, but the ledger has it.
      commit() {},
    }),
  });
  return sink((draft, from) => void draft.add(operator, { source: String(take) }, [from]));
}

/** Gives every record to several ends. */
export function fork<In>(...sinks: readonly [Sink<In>, Sink<In>, ...Sink<In>[]]): Sink<In> {
  return sink((draft, from) => {
    const outputs = sinks.map((_, i) => String(i + 1));
    const id = draft.add('broadcast', { to: outputs }, [from]);
    for (const [i, each] of sinks.entries()) each.wire(draft, `${id}.${outputs[i]}`);
  });
}
