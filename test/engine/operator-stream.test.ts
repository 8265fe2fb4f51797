import '../fixtures/garbage.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { Type } from '@sinclair/typebox';
import t from 'tap';
import { Batch, syntheticProvenance } from '../../engine/batch.ts';
import { defineOperator } from '../../engine/define-operator.ts';
import { OperatorMeter } from '../../engine/metrics.ts';
import type { Checkpoint, OperatorInstance } from '../../engine/operator.ts';
import { type Item, OperatorStream } from '../../engine/operator-stream.ts';

const split = { fileId: 1, file: 'a.csv', part: 0 };

function streamOver(instance: OperatorInstance): OperatorStream {
  const operator = defineOperator({ name: 'watched', summary: '', options: Type.Object({}), create: () => instance });
  return new OperatorStream(operator, instance, { meter: new OperatorMeter('watched'), measure: 'revenue', split });
}

t.test('what was written just before a stop never reaches an operator that has been closed', async (t) => {
  const batch = new Batch({ split, sequence: 0, provenance: syntheticProvenance(1), columns: new Map(), length: 1 });
  const position = { kind: 'position', bytes: 0, state: null, last: false } as const;
  const checkpoint: Checkpoint = { kind: 'checkpoint', number: 0, position, states: {}, counts: {} };
  for (const item of [batch, checkpoint] satisfies Item[]) {
    const calls: string[] = [];
    const stream = streamOver({
      process: () => void calls.push('process'),
      commit: () => void calls.push('commit'),
      close: () => void calls.push('close'),
    });
    stream.on('error', () => {});
    stream.write(item);
    stream.destroy();
    await delay(20);
    t.strictSame(calls, ['close']);
  }
});
