import { setTimeout as wait } from 'node:timers/promises';
import { Type } from '@sinclair/typebox';
import { defineOperator } from '../../engine/define-operator.ts';
import type { Registry } from '../../engine/plan.ts';
import type { Services } from '../../engine/services.ts';
import { loadRegistry as loadBuiltIn } from '../../operators/registry.ts';

/** What the real sink spends on a record, about. */
const USUAL_MS = 0.001;

const slowSink = defineOperator({
  name: 'slow-sink',
  summary: 'takes a hundred times as long for a record as the warehouse does, and keeps none',
  options: Type.Object({ times: Type.Number({ default: 100 }) }),
  create: ({ times }) => ({
    async process(batch, out) {
      await wait(batch.length * USUAL_MS * times);
      out.written({ inserted: { records: batch.length, amount: batch.sum('revenue') ?? 0 } });
    },
  }),
});

/** The operators there are, and the slow sink. */
export async function loadRegistry(): Promise<Registry> {
  return new Map([...(await loadBuiltIn()), [slowSink.name, slowSink]]);
}

export function createServices(): Services {
  return {};
}
