import { Type } from '@sinclair/typebox';
import { defineOperator } from '../engine/define-operator.ts';
import { Sessions } from './window/sessions.ts';
import { WINDOW_DESCRIPTION, WINDOW_REASONS, WindowOperator, WindowOptions } from './window/window-operator.ts';

const Options = Type.Object({
  gapSeconds: Type.Integer({
    minimum: 1,
    description: 'How long nothing must happen for a session to be over.',
    default: 1800,
  }),
  ...WindowOptions,
});

/** Aggregates records by group and session: a window that lasts as long as records follow each other closely. */
export const sessionWindow = defineOperator({
  name: 'session-window',
  summary: 'Counts and sums records by group and session, which ends when nothing has happened for a while.',
  description: [
    'A session begins with a record and ends `gapSeconds` after its last: a record that comes sooner is part of it, one that comes just then',
    'begins the next. A record out of order can begin a session earlier, or make one of two. If results were told of the session that is no',
    'more, then a record with the `pane` `retracted` and without aggregates says that what was told under this `window_start` is void.',
    'Sessions are exactly those of all records that are not late, in whatever order these came: even without allowed lateness a session is',
    'remembered for `gapSeconds` after its end.',
    WINDOW_DESCRIPTION,
  ].join('\n'),
  stability: 'stable',
  // Many records make one result.
  conserves: false,
  options: Options,
  reasons: WINDOW_REASONS,
  example: {
    options: { gapSeconds: 60, by: ['customer_id'], aggregates: { sales: { op: 'count' } } },
    input: [
      { sold_at: 0, customer_id: 'C1' },
      { sold_at: 59, customer_id: 'C1' },
      { sold_at: 119, customer_id: 'C1' },
    ],
    output: [
      { window_start: 0, window_end: 119, customer_id: 'C1', sales: 2, pane: 'on_time', revision: 0 },
      { window_start: 119, window_end: 179, customer_id: 'C1', sales: 1, pane: 'on_time', revision: 0 },
    ],
  },
  create: (options, context) =>
    new WindowOperator(options, context, (panes) => new Sessions(options.gapSeconds, panes)),
});
