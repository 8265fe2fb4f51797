import t from 'tap';
import { OperatorMeter, type OperatorMetrics } from '../../engine/metrics.ts';
import { operatorPoint } from '../../server/operator-figures.ts';

function metrics(over: Partial<OperatorMetrics>): OperatorMetrics {
  return { ...new OperatorMeter('a').read(), busyMs: 0, idleMs: 0, backpressuredMs: 0, ...over };
}

t.test('shares are of the time between two samples', async (t) => {
  const before = metrics({ busyMs: 100, idleMs: 100, batches: 3 });
  const now = metrics({ busyMs: 150, idleMs: 100, backpressuredMs: 150, batches: 4 });
  t.match(operatorPoint(now, before, 200), { busy: 250, idle: 0, backpressured: 750 });
});

t.test('an operator whose thread is too busy to answer is busy, one that has not begun is idle', async (t) => {
  const silent = metrics({ busyMs: 100, batches: 3 });
  t.match(operatorPoint(silent, silent, 250), { busy: 1000, idle: 0, backpressured: 0 });
  const unbegun = metrics({});
  t.match(operatorPoint(unbegun, undefined, 250), { busy: 0, idle: 1000, backpressured: 0 });
  t.match(operatorPoint(unbegun, unbegun, 250), { busy: 0, idle: 1000, backpressured: 0 });
});
