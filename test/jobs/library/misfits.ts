import {
  asIs,
  branch,
  csvSource,
  filter,
  fork,
  into,
  join,
  map,
  pipeline,
  recordsSink,
  recordsSource,
  sqliteSink,
  steps,
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
