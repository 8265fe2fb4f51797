import { Cron } from 'croner';
import { periodMs, type TurnSettings } from '../../operators/dataset/settings/jobs.ts';

/** When a job's turns are. Instants are milliseconds since 1970. */
export interface Schedule {
  /** For people: `every day at 06:30, Europe/Berlin`. */
  readonly words: string;
  /** The first turn after `last`, which is the latest turn there was. */
  next(last: number): number | null;
  /** The turns after `last` up to and including `now`: the latest, and how many. Null where there is none. */
  since(last: number, now: number): { readonly latest: number; readonly count: number } | null;
}

/** A schedule by the wall clock of a time zone, through changes of daylight-saving time as croner has it: what falls into a gap comes right after it, what comes twice is done once. */
export function cronSchedule(expression: string, timeZone: string, words: string): Schedule {
  const cron = new Cron(expression, { paused: true, timezone: timeZone, mode: '5-part' });
  // It is asked for every second, and working it out takes a while.
  let known = { last: Number.NaN, next: null as number | null };
  const next = (last: number) => {
    if (known.last !== last) known = { last, next: cron.nextRun(new Date(last))?.getTime() ?? null };
    return known.next;
  };
  return {
    words,
    next,
    since(last, now) {
      let [latest, count] = [last, 0];
      for (let turn = next(last); turn !== null && turn <= now && count < MANY; turn = next(latest)) {
        latest = turn;
        count++;
      }
      if (count < MANY) return count === 0 ? null : { latest, count };
      return { latest: cron.previousRuns(1, new Date(now + 1_000))[0]?.getTime() ?? latest, count };
    },
  };
}

/** A machine may have slept for years; so many turns are as good as any number. */
const MANY = 100;

/** A schedule by a period, counted from the latest turn. */
export function periodSchedule(every: string): Schedule {
  const period = periodMs(every);
  return {
    words: `every ${every.replace(/^1 (\w+?)s?$/, '$1')}`,
    next: (last) => last + period,
    since(last, now) {
      const count = Math.floor((now - last) / period);
      return count < 1 ? null : { latest: last + count * period, count };
    },
  };
}

/** The schedule that settings say, which were checked. */
export function scheduleOf({ cron, every }: TurnSettings, timeZone: string, words: (cron: string) => string): Schedule {
  if (cron !== undefined) return cronSchedule(cron, timeZone, `${words(cron)}, ${timeZone}`);
  return periodSchedule(every ?? '24 hours');
}
