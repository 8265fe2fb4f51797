import fc from 'fast-check';
import t from 'tap';
import type { FieldValues } from '../../engine/batch.ts';
import { makePlan } from '../../engine/plan.ts';
import { broadcast } from '../../operators/broadcast.ts';
import { csvSource } from '../../operators/csv-source.ts';
import { route } from '../../operators/route.ts';
import { tap } from '../../operators/tap.ts';
import { batchOfRecords, runThrough } from './in-memory.ts';

const registry = new Map([csvSource, route, broadcast, tap].map((each) => [each.name, each]));
const ofRoute = (options: Record<string, unknown>) => () =>
  makePlan(['csv-source', { operator: 'route', options }, { operator: 'tap', from: 'route.a' }], registry);

t.test('a record goes where the first conditions are that it meets', async (t) => {
  const record = fc.record(
    { n: fc.integer({ min: 0, max: 9 }), name: fc.option(fc.constantFrom('x', 'y')) },
    { noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1 }), async (records) => {
      // One record holds all fields, whatever was drawn.
      const given: FieldValues[] = [{ n: 0, name: 'x' }, ...records];
      const routes = [
        { to: 'few', where: [{ field: 'n', op: '<', value: 3 }] },
        {
          to: 'named',
          where: [
            { field: 'name', op: 'is_present' },
            { field: 'n', op: '>', value: 7 },
          ],
          match: 'any',
        },
        { to: 'few', where: [{ field: 'n', op: '=', value: 7 }] },
      ];
      const out = await runThrough(route, { routes, otherwise: 'rest' }, [batchOfRecords(given)]);
      const few = (n: number) => n < 3;
      const named = ({ n, name }: FieldValues) => !few(Number(n)) && (name !== null || Number(n) > 7);
      t.strictSame(
        out.records('few'),
        given.filter((each) => few(Number(each.n)) || (!named(each) && each.n === 7)),
      );
      t.strictSame(out.records('named'), given.filter(named));
      t.equal(out.records('few').length + out.records('named').length + out.records('rest').length, given.length);
      t.strictSame(out.records('main'), []);
    }),
    { numRuns: 50 },
  );
});

t.test('or where the value of a field says; what has no output is rejected with a reason', async (t) => {
  const given = [{ region: 'North' }, { region: 'South' }, { region: 'Nowhere' }, { region: null }];
  const out = await runThrough(route, { by: 'region', values: ['North', 'South'] }, [batchOfRecords(given)]);
  t.strictSame([out.records('North'), out.records('South')], [[{ region: 'North' }], [{ region: 'South' }]]);
  t.match(out.dead, [
    { row: 2, faults: [{ code: 'no_route', message: /"otherwise"/ }] },
    { row: 3, faults: [{ code: 'no_route' }] },
  ]);
  const unknown = runThrough(route, { by: 'regoin', values: ['North'] }, [batchOfRecords(given)]);
  await t.rejects(unknown, { code: 'unknown_field', message: /did you mean "region"/ });
});

t.test('what its outputs are is said by its options, or else what is missing', (t) => {
  const where = [{ field: 'n', op: 'is_present' }];
  t.throws(ofRoute({}), { code: 'bad_option', message: /either "routes", .* or "by"/ });
  t.throws(ofRoute({ by: 'n', routes: [{ to: 'a', where }] }), { code: 'bad_option' });
  t.throws(ofRoute({ by: 'n' }), { code: 'bad_option', message: /"by" needs "values"/ });
  t.throws(ofRoute({ routes: [{ to: 'a', where }], values: ['a'] }), {
    code: 'bad_option',
    message: /"values" needs "by"/,
  });
  t.throws(ofRoute({ by: 'n', values: ['main'] }), { code: 'bad_option', message: /no output can be called "main"/ });
  t.throws(ofRoute({ routes: [{ to: 'a' }] }), { code: 'bad_option', message: /where/ });
  t.throws(ofRoute({ by: 'n', values: ['a', 'b'] }), { code: 'bad_plan', message: /nothing takes its output "b"/ });
  t.doesNotThrow(ofRoute({ by: 'n', values: ['a'] }));
  t.end();
});

t.test('broadcast gives every record to each output', async (t) => {
  const out = await runThrough(broadcast, { to: ['a', 'b'] }, [batchOfRecords([{ n: 1 }, { n: 2 }])]);
  for (const port of ['a', 'b']) t.strictSame(out.records(port), [{ n: 1 }, { n: 2 }]);
  const plan = () => makePlan(['csv-source', { operator: 'broadcast', options: { to: ['a', 'main'] } }], registry);
  t.throws(plan, { code: 'bad_option', message: /no output can be called "main"/ });
});
