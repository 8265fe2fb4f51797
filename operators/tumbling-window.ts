import { Type } from '@sinclair/typebox';
import { defineOperator } from '../engine/define-operator.ts';
import { FixedWindows } from './window/fixed-windows.ts';
import { WINDOW_DESCRIPTION, WINDOW_REASONS, WindowOperator, WindowOptions } from './window/window-operator.ts';

const Options = Type.Object({
  sizeSeconds: Type.Integer({
    minimum: 1,
    description: 'How long a window is: 3600 is an hour, 86400 a day.',
    default: 3600,
  }),
  offsetSeconds: Type.Integer({
    description:
      'Shifts the windows, which otherwise begin at multiples of their size since 1970: 345600 lets weeks begin on Monday.',
    default: 0,
  }),
  ...WindowOptions,
});

/** Aggregates records by group in windows of one size that follow each other. */
export const tumblingWindow = defineOperator({
  name: 'tumbling-window',
  summary: 'Counts and sums records by group in windows of time that follow each other, such as hours.',
  description: `Each record is in one window. Times are those of the shop’s wall clock, so days begin at its midnight.\n${WINDOW_DESCRIPTION}`,
  stability: 'stable',
  // Many records make one result.
  conserves: false,
  options: Options,
  reasons: WINDOW_REASONS,
  example: {
    options: {
      sizeSeconds: 60,
      by: ['store_id'],
      aggregates: { sales: { op: 'count' }, revenue: { op: 'sum', field: 'revenue' } },
    },
    input: [
      { sold_at: 0, store_id: 'S1', revenue: 500 },
      { sold_at: 59, store_id: 'S1', revenue: 250 },
      { sold_at: 60, store_id: 'S1', revenue: 100 },
    ],
    output: [
      { window_start: 0, window_end: 60, store_id: 'S1', sales: 2, revenue: 750, pane: 'on_time', revision: 0 },
      { window_start: 60, window_end: 120, store_id: 'S1', sales: 1, revenue: 100, pane: 'on_time', revision: 0 },
    ],
  },
  create: (options, context) => {
    const { sizeSeconds, offsetSeconds } = options;
    const rhythm = { size: sizeSeconds, slide: sizeSeconds, offset: offsetSeconds };
    return new WindowOperator(options, context, (panes) => new FixedWindows(rhythm, panes));
  },
});
