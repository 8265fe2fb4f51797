/** When nobody is told. Times of day are `HH:MM` on the clocks of the time zone. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  /** From which severity on alerts are sent all the same. */
  readonly letThrough: 'warning' | 'critical' | 'none';
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/**
 * When the quiet hours that are at that time end, in milliseconds since 1970; null where it is not quiet. It goes by what the clocks
 * show: an hour that is skipped or comes twice makes them shorter or longer by that hour.
 */
export function quietUntil(quietHours: QuietHours, at: number): number | null {
  const { from, to } = quietHours;
  const clock = clockOf(quietHours.timeZone);
  const isQuiet = (time: string) => (from <= to ? from <= time && time < to : from <= time || time < to);
  if (!isQuiet(clock(at))) return null;
  const start = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  // Two days of minutes: an hour that comes twice may make a night of almost 24 hours longer than a day.
  for (let minute = 1; minute <= 2 * DAY_MINUTES; minute++) {
    const time = start + minute * MINUTE_MS;
    if (!isQuiet(clock(time))) return time;
  }
  return null;
}

/** What the clocks of a time zone show, as `HH:MM`. */
function clockOf(timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return (at) => format.format(at);
}
