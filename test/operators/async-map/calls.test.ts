import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { CallError } from '../../../operators/async-map/call-error.ts';
import type { CallOptions } from '../../../operators/async-map/call-options.ts';
import { Calls } from '../../../operators/async-map/calls.ts';
import { CircuitBreaker } from '../../../operators/async-map/circuit-breaker.ts';

const options: CallOptions = {
  timeoutMs: 1000,
  retry: { attempts: 3, firstDelayMs: 1, maxDelayMs: 20 },
  breaker: { failures: 0, openMs: 100 },
};

function calls(given: Partial<CallOptions> = {}, more: { now?: () => number; signal?: AbortSignal } = {}): Calls {
  return new Calls(
    { ...options, ...given },
    { now: Date.now, random: () => 0.5, signal: new AbortController().signal, ...more },
  );
}

t.test('a failure that passes is tried again, and its attempts are numbered', async (t) => {
  const numbers: number[] = [];
  const called = await calls().run(async ({ number }) => {
    numbers.push(number);
    if (number < 3) throw new Error('not yet');
    return 'done';
  });
  t.strictSame(called, { value: 'done' });
  t.strictSame(numbers, [1, 2, 3]);
});

t.test('after the last attempt there is a fault, never an exception', async (t) => {
  const called = await calls().run(async () => {
    throw new Error('down');
  });
  t.strictSame(called, { fault: { code: 'call_failed', message: 'down (3 attempts)' } });
});

t.test('what will not pass is not tried again', async (t) => {
  let attempts = 0;
  const called = await calls().run(async () => {
    attempts++;
    throw new CallError('call_refused', 'no such customer', { isPassing: false });
  });
  t.strictSame(called, { fault: { code: 'call_refused', message: 'no such customer' } });
  t.equal(attempts, 1);
});

t.test('an attempt that takes too long is given up, also if it does not heed its signal', async (t) => {
  const signals: AbortSignal[] = [];
  const called = await calls({ timeoutMs: 15 }).run(({ signal }) => {
    signals.push(signal);
    return new Promise(() => {});
  });
  t.strictSame(called, { fault: { code: 'timed_out', message: 'no answer within 15 ms (3 attempts)' } });
  t.strictSame(
    signals.map((signal) => signal.aborted),
    [true, true, true],
  );
});

t.test(
  'a service that asks for a pause gets it from all calls, and one that asks for too long is not asked again',
  async (t) => {
    const patient = calls({ retry: { attempts: 2, firstDelayMs: 0, maxDelayMs: 500 } });
    let pausedUntil = 0;
    const first = patient.run(async ({ number }) => {
      if (number > 1) return Date.now();
      pausedUntil = Date.now() + 60;
      throw new CallError('call_failed', 'slow down', { retryAfterMs: 60 });
    });
    await delay(5);
    const other = await patient.run(async () => Date.now());
    const slack = 3;
    t.ok('value' in other && other.value >= pausedUntil - slack, 'another call waits too');
    t.ok('value' in (await first));

    let attempts = 0;
    const tooLong = await calls().run(async () => {
      attempts++;
      throw new CallError('call_failed', 'come back tomorrow', { retryAfterMs: 86_400_000 });
    });
    t.strictSame(tooLong, { fault: { code: 'call_failed', message: 'come back tomorrow' } });
    t.equal(attempts, 1);
  },
);

t.test('the breaker opens after failures in a row, lets one try after a while, and closes when that succeeds', (t) => {
  let now = 1000;
  const breaker = new CircuitBreaker({ failures: 2, openMs: 100 }, () => now);
  breaker.failed();
  breaker.succeeded();
  breaker.failed();
  t.equal(breaker.state, 'closed', 'failures in a row count');
  breaker.failed();
  t.equal(breaker.state, 'open');
  t.notOk(breaker.admits());
  now += 100;
  t.equal(breaker.state, 'half-open');
  t.ok(breaker.admits(), 'one may try');
  t.notOk(breaker.admits(), 'and no other meanwhile');
  breaker.failed();
  t.equal(breaker.state, 'open', 'it is still down');
  now += 100;
  t.ok(breaker.admits());
  breaker.succeeded();
  t.equal(breaker.state, 'closed');
  t.ok(breaker.admits());
  t.ok(breaker.admits());
  t.end();
});

t.test('while the breaker is open nobody is called; a refusal does not open it', async (t) => {
  let now = 0;
  const broken = calls(
    { retry: { ...options.retry, attempts: 1 }, breaker: { failures: 2, openMs: 50 } },
    { now: () => now },
  );
  let asked = 0;
  const refuse = () =>
    broken.run(async () => Promise.reject(new CallError('call_refused', 'no', { isPassing: false })));
  for (let i = 0; i < 5; i++) await refuse();
  const fail = () => broken.run(async () => Promise.reject(new Error(`down ${++asked}`)));
  const codes = [];
  for (let i = 0; i < 4; i++) codes.push(await fail());
  t.match(
    codes,
    ['call_failed', 'call_failed', 'circuit_open', 'circuit_open'].map((code) => ({ fault: { code } })),
  );
  t.equal(asked, 2);
  now += 50;
  t.strictSame(await broken.run(async () => 'back'), { value: 'back' });
  t.strictSame(await broken.run(async () => 'up'), { value: 'up' });
});

t.test('an abort of the run ends calls, waits and pauses at once', async (t) => {
  const run = new AbortController();
  const slow = calls({ retry: { attempts: 2, firstDelayMs: 60_000, maxDelayMs: 60_000 } }, { signal: run.signal });
  const hanging = slow.run(() => new Promise(() => {}));
  const waiting = slow.run(async () => Promise.reject(new Error('down')));
  const pausing = slow.run(async () => Promise.reject(new CallError('call_failed', 'wait', { retryAfterMs: 50_000 })));
  await delay(5);
  run.abort();
  for (const each of [hanging, waiting, pausing, slow.run(async () => 'late')]) {
    await t.rejects(each, { name: 'AbortError' });
  }
});
