import {
  asIs,
  asyncMap,
  branch,
  csvSink,
  csvSource,
  deduplicate,
  filter,
  fork,
  httpSink,
  httpSource,
  into,
  join,
  jsonlSink,
  jsonlSource,
  lookup,
  map,
  pipeline,
  recordsSink,
  recordsSource,
  route,
  sample,
  sessionise,
  sort,
  sqliteSink,
  steps,
  throttle,
  topK,
  tumblingWindow,
} from 'tillstream';

/** What must compile and what must not: this file is only ever read by the compiler. */

const orders = csvSource('orders.csv', {
  id: 'integer',
  at: 'datetime',
  shop: 'text',
  price: { type: 'money', column: 'Unit Price' },
  note: 'text?',
  rate: 'number?',
});

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Equal<A, B>): void {}

pipeline(
  orders,
  map((order) => {
    same<typeof order.price, number>(true);
    same<typeof order.note, string | null>(true);
    same<typeof order.rate, number | null>(true);
    return { ...order, total: order.price * 2 };
  }),
  filter((order) => order.total > 0),
  tumblingWindow({
    time: 'at',
    sizeSeconds: 3600,
    by: ['shop'],
    aggregates: { orders: { op: 'count' }, total: { op: 'sum', field: 'total' }, note: { op: 'last', field: 'note' } },
  }),
  recordsSink((hour) => {
    same<typeof hour.total, number>(true);
    same<typeof hour.note, string | null>(true);
    same<typeof hour.shop, string>(true);
    same<typeof hour.window_start, number>(true);
  }),
);

// @ts-expect-error there is no type of that name
csvSource('orders.csv', { id: 'whole' });

pipeline(
  orders,
  // @ts-expect-error the record has no such field
  filter((order) => order.prise > 0),
  sqliteSink('a.db', 'a'),
);

pipeline(
  orders,
  // @ts-expect-error a value that may be missing is no number
  map((order) => ({ doubled: order.rate * 2 })),
  sqliteSink('a.db', 'a'),
);

pipeline(
  orders,
  map(({ id }) => ({ id })),
  // @ts-expect-error what the step before has left out is gone
  filter((order) => order.price > 0),
  sqliteSink('a.db', 'a'),
);

pipeline(
  orders,
  // @ts-expect-error the key is no field of the records
  sqliteSink('a.db', 'a', { key: ['idd'] }),
);

pipeline(
  orders,
  // @ts-expect-error no field of that name to sum up
  tumblingWindow({ time: 'at', sizeSeconds: 60, aggregates: { total: { op: 'sum', field: 'total' } } }),
  sqliteSink('a.db', 'a'),
);

// @ts-expect-error a sink comes last
pipeline(orders, sqliteSink('a.db', 'a'), asIs());

pipeline(
  // @ts-expect-error a source comes first
  filter(() => true),
  sqliteSink('a.db', 'a'),
);

pipeline(
  orders,
  join(recordsSource([{ shop: 'S1', at: 0, celsius: 20 }]), {
    on: ['shop'],
    withinSeconds: 60,
    time: 'at',
    kind: 'left',
  }),
  branch(
    (sale) => sale.price < 0,
    map((sale) => ({ id: sale.id, celsius: sale.celsius, kind: 'return' as const })),
    steps(
      map((sale) => ({ ...sale, kind: 'sale' as const })),
      map(({ id, celsius, kind }) => ({ id, celsius, kind })),
    ),
  ),
  fork(
    recordsSink((sale) => {
      same<typeof sale.celsius, number | null>(true);
      same<typeof sale.kind, 'return' | 'sale'>(true);
    }),
    into(
      filter((sale) => sale.kind === 'return'),
      sqliteSink('a.db', 'returns', { key: ['id'] }),
    ),
  ),
);

pipeline(
  orders,
  // @ts-expect-error the sources have no field of that name in common
  join(recordsSource([{ branch: 'S1', at: 0 }]), { on: ['shop'], withinSeconds: 60, time: 'at' }),
  sqliteSink('a.db', 'a'),
);

pipeline(
  orders,
  deduplicate({ keys: ['id'], withinSeconds: 60, time: 'at' }),
  steps(
    sample({ fraction: 0.5, by: ['shop'] }),
    throttle({ perSecond: 1000 }),
    sort({ by: ['shop', { field: 'at' }] }),
  ),
  sessionise({ by: ['shop'], time: 'at', sequence: 'nth' }),
  topK({ field: 'price', by: ['session_id'], rank: 'place' }),
  asyncMap(async ({ id, session_id, nth, place }, { signal, context }) => {
    same<typeof session_id, string>(true);
    same<typeof nth, number>(true);
    same<typeof place, number>(true);
    signal.throwIfAborted();
    return context.random() < 0.5 ? { id, session_id, nth, place } : null;
  }),
  recordsSink((best) => {
    same<typeof best, { id: number; session_id: string; nth: number; place: number }>(true);
  }),
);

pipeline(
  orders,
  sessionise({ by: ['note'], time: 'at' }),
  topK({ field: 'price', windowSeconds: 60, time: 'at' }),
  recordsSink((best) => {
    same<typeof best.session_id, string | null>(true);
    same<typeof best.rank | typeof best.window_end, number>(true);
  }),
);

pipeline(
  orders,
  lookup({
    on: { shop: 'code' },
    rows: [{ code: 'S1', manager: 'Ada' }],
    fields: { manager: 'text', note: 'integer', since: { type: 'date?', column: 'opened' } },
    onMissing: 'filter',
  }),
  recordsSink((sale) => {
    same<typeof sale.manager, string>(true);
    same<typeof sale.note, number>(true);
    same<typeof sale.since, number | null>(true);
    same<typeof sale.shop, string>(true);
  }),
);

pipeline(
  jsonlSource('orders.jsonl', { id: 'integer', name: { type: 'text?', column: 'customer.name' } }),
  fork(
    recordsSink((order) => same<typeof order.name, string | null>(true)),
    csvSink('a.csv', { columns: ['id'] }),
    jsonlSink('a.jsonl', { columns: ['name'] }),
    httpSink('http://localhost/', { fields: ['id', 'name'] }),
  ),
);

pipeline(
  httpSource('http://localhost/', { id: 'integer', kind: 'text' }, { pages: { by: 'link' } }),
  map(({ id, kind }) => ({ id, kind: kind === 'return' ? ('return' as const) : ('sale' as const) })),
  fork(
    route('kind', { return: sqliteSink('a.db', 'returns', { key: ['id'] }) }, csvSink('a.csv')),
    route((order) => (order.id > 9 ? 'big' : 'small'), {
      big: csvSink('big.csv'),
      small: into(
        filter((order) => order.id > 1),
        csvSink('small.csv'),
      ),
    }),
    // @ts-expect-error the field has no such value
    route('kind', { returned: csvSink('a.csv') }),
    // @ts-expect-error there is no such field
    route('kinds', { return: csvSink('a.csv') }),
    // @ts-expect-error nothing takes those called small
    route((order) => (order.id > 9 ? 'big' : 'small'), { big: csvSink('big.csv') }),
    // @ts-expect-error no record is called huge
    route((order) => (order.id > 9 ? 'big' : 'small'), {
      big: csvSink('b.csv'),
      small: csvSink('s.csv'),
      huge: csvSink('h.csv'),
    }),
  ),
);

pipeline(
  orders,
  // @ts-expect-error there is no such field to sort by
  sort({ by: ['nope'] }),
  csvSink('a.csv'),
);

pipeline(
  orders,
  // @ts-expect-error nor here
  sort({ by: ['shop', { field: 'nope' }] }),
  csvSink('a.csv'),
);

pipeline(
  orders,
  // @ts-expect-error there is no such field to rank by
  topK({ field: 'prise' }),
  csvSink('a.csv'),
);

pipeline(
  orders,
  // @ts-expect-error windows need a time
  topK({ field: 'price', windowSeconds: 60 }),
  csvSink('a.csv'),
);

pipeline(
  orders,
  // @ts-expect-error there is no such field to compare
  deduplicate({ keys: ['idd'] }),
  csvSink('a.csv'),
);

pipeline(
  orders,
  // @ts-expect-error so many seconds of which time?
  deduplicate({ withinSeconds: 60 }),
  csvSink('a.csv'),
);

pipeline(
  orders,
  // @ts-expect-error there is no such field to sample by
  sample({ fraction: 0.1, by: ['idd'] }),
  csvSink('a.csv'),
);

// @ts-expect-error either every so many or a part
sample({ every: 2, fraction: 0.1 });

pipeline(
  orders,
  // @ts-expect-error there is no such time
  sessionise({ by: ['shop'], time: 'when' }),
  csvSink('a.csv'),
);

pipeline(
  orders,
  // @ts-expect-error records have no such field to look up by
  lookup({ on: ['store'], csv: 'stores.csv', fields: { manager: 'text' } }),
  csvSink('a.csv'),
);

pipeline(
  orders,
  // @ts-expect-error nor by another name
  lookup({ on: { store: 'code' }, csv: 'stores.csv', fields: { manager: 'text' } }),
  csvSink('a.csv'),
);

pipeline(
  orders,
  lookup({ on: ['shop'], csv: 'stores.csv', fields: { manager: 'text?' } }),
  // @ts-expect-error nothing may have been found
  map((sale) => ({ initial: sale.manager.slice(0, 1) })),
  csvSink('a.csv'),
);

pipeline(
  orders,
  // @ts-expect-error the record has no such field
  asyncMap(async (order) => ({ id: order.idd })),
  csvSink('a.csv'),
);

pipeline(
  orders,
  // @ts-expect-error there is no such field to write
  csvSink('a.csv', { columns: ['prise'] }),
);

pipeline(
  orders,
  // @ts-expect-error there is no such field to write
  jsonlSink('a.jsonl', { columns: ['prise'] }),
);

pipeline(
  orders,
  // @ts-expect-error there is no such field to send
  httpSink('http://localhost/', { fields: ['prise'] }),
);
