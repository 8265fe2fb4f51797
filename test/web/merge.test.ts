import t from 'tap';
import type { LiveFile } from '../../server/protocol.ts';
import { PROTOCOL_VERSION } from '../../server/protocol.ts';
import type { TimelinePoint } from '../../server/schemas.ts';
import { lengthsOf } from '../../web/src/lib/live/ledger-bars.ts';
import { appendPoints, mergeDelta } from '../../web/src/lib/live/merge.ts';
import { liveAddress, parseMessage, SPOKEN_VERSION } from '../../web/src/lib/live/messages.ts';
import { sparkPath } from '../../web/src/lib/ui/spark-path.ts';

const point = (elapsed_ms: number): TimelinePoint => ({
  elapsed_ms,
  file: 'a.csv',
  bytes: 0,
  records: 0,
  operators: [],
});
const file = (key: string, read: number) => ({ key, read }) as LiveFile;

t.test('page and server speak the same version', async (t) => {
  t.equal(SPOKEN_VERSION, PROTOCOL_VERSION);
  t.equal(parseMessage('{"v":2,"type":"heartbeat"}'), null, 'another version is not guessed at');
});

t.test('a delta replaces topics, and leaves alone what it does not name', async (t) => {
  const runs = [{ run_id: 1 }] as never;
  const state = mergeDelta({ runs, alerts: [] }, { changes: { run: null } });
  t.equal(state.runs, runs, 'the same object, so that nothing is drawn anew');
  t.equal(state.run, null);
});

t.test('files are put in by key and taken out by name', async (t) => {
  const state = { files: [file('b', 1), file('a', 1)] };
  const { files } = mergeDelta(state, { changes: { files: [file('c', 0), file('b', 2)] }, files_gone: ['a'] });
  t.same(files, [file('c', 0), file('b', 2)]);
  t.same(mergeDelta(state, { changes: {}, files_gone: ['b'] }).files, [file('a', 1)]);
});

t.test('timeline points are appended until a run begins anew', async (t) => {
  const known = [point(100), point(200)];
  t.same(
    appendPoints(known, [point(300)]).map((each) => each.elapsed_ms),
    [100, 200, 300],
  );
  t.same(
    appendPoints(known, [point(50), point(150)]).map((each) => each.elapsed_ms),
    [50, 150],
  );
  t.equal(
    appendPoints(
      known,
      Array.from({ length: 500 }, (_, index) => point(300 + index)),
    ).length,
    240,
  );
});

t.test('the live address resumes where the last connection ended', async (t) => {
  t.equal(liveAddress('http://127.0.0.1:8000/#/sales', null), 'ws://127.0.0.1:8000/live');
  t.equal(liveAddress('https://shop.example/', { session: 's', seq: 7 }), 'wss://shop.example/live?session=s&since=7');
});

t.test('the ledger’s bars have the lengths of their parts', async (t) => {
  t.same(lengthsOf([3, 1]), [0.75, 0.25]);
  t.same(lengthsOf([3, -1]), [0.75, 0.25], 'returns have a length too');
  t.same(lengthsOf([0, 0]), [0, 0]);
});

t.test('a spark line has at most sixty points', async (t) => {
  t.equal(sparkPath([1], 100, 28, true), '');
  t.equal(sparkPath([0, 1], 100, 28, true), 'M0.0 27.0L100.0 1.0');
  t.ok(
    (sparkPath(
      Array.from({ length: 240 }, (_, index) => index),
      100,
      28,
      true,
    ).match(/[ML]/g)?.length ?? 0) <= 60,
  );
});
