import { type Static, Type } from '@sinclair/typebox';
import { defineOperator } from '../engine/define-operator.ts';
import { TillstreamError } from '../engine/errors.ts';
import { FixedWindows, type Rhythm } from './window/fixed-windows.ts';
import { WINDOW_DESCRIPTION, WINDOW_REASONS, WindowOperator, WindowOptions } from './window/window-operator.ts';

const Options = Type.Object({
  sizeSeconds: Type.Integer({ minimum: 1, description: 'How long a window is.', default: 3600 }),
  slideSeconds: Type.Integer({
    minimum: 1,
    description: 'How long after one window the next begins; no longer than the size.',
    default: 900,
  }),
  offsetSeconds: Type.Integer({
    description: 'Shifts the windows, which otherwise begin at multiples of the slide since 1970.',
    default: 0,
  }),
  ...WindowOptions,
});

/** A record that is in more windows than this costs more than it tells. */
const MOST_WINDOWS = 1000;

function rhythmOf({ sizeSeconds, slideSeconds, offsetSeconds }: Static<typeof Options>): Rhythm {
  const windows = sizeSeconds / slideSeconds;
  if (windows < 1 || windows > MOST_WINDOWS) {
    const message = `sliding-window: slideSeconds: expected ${Math.ceil(sizeSeconds / MOST_WINDOWS)} to ${sizeSeconds}, as sizeSeconds is ${sizeSeconds}, got ${slideSeconds}`;
    throw new TillstreamError('bad_option', message);
  }
  return { size: sizeSeconds, slide: slideSeconds, offset: offsetSeconds };
}

/** Aggregates records by group in windows of one size that overlap. */
export const slidingWindow = defineOperator({
  name: 'sliding-window',
  summary: 'Counts and sums records by group in windows of time that overlap, such as the last hour every quarter.',
  description: `Each record is in every window around its time: about sizeSeconds / slideSeconds of them.\n${WINDOW_DESCRIPTION}`,
  stability: 'stable',
  // Many records make one result, and one is part of many.
  conserves: false,
  options: Options,
  reasons: WINDOW_REASONS,
  example: {
    options: { sizeSeconds: 60, slideSeconds: 30, aggregates: { revenue: { op: 'sum', field: 'revenue' } } },
    input: [
      { sold_at: 40, revenue: 500 },
      { sold_at: 70, revenue: 250 },
    ],
    output: [
      { window_start: 0, window_end: 60, revenue: 500, pane: 'on_time', revision: 0 },
      { window_start: 30, window_end: 90, revenue: 750, pane: 'on_time', revision: 0 },
      { window_start: 60, window_end: 120, revenue: 250, pane: 'on_time', revision: 0 },
    ],
  },
  create: (options, context) => {
    const rhythm = rhythmOf(options);
    return new WindowOperator(options, context, (panes) => new FixedWindows(rhythm, panes));
  },
});
