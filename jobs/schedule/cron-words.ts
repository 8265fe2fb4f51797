/** A cron expression of five parts in words: `every day at 06:30`. What has no short words is given as it is. */
export function cronWords(cron: string): string {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = cron.split(' ');
  const time = timeWords(minute, hour);
  const days = dayWords(day, weekday);
  if (time === null || days === null || month !== '*') return `at the times of the cron expression ${cron}`;
  if (time.startsWith('every')) return days === 'every day' ? time : `${time}, ${days}`;
  return `${days} ${time}`;
}

const NUMBERS = /^\d+(,\d+)*$/;
const STEP = /^\*\/(\d+)$/;

function timeWords(minute: string, hour: string): string | null {
  const step = STEP.exec(minute)?.[1];
  if (minute === '*' && hour === '*') return 'every minute';
  if (step !== undefined && hour === '*') return `every ${step} minutes`;
  if (!/^\d+$/.test(minute)) return null;
  const past = minute === '0' ? '' : ` at ${minute} minutes past`;
  const hours = STEP.exec(hour)?.[1];
  if (hour === '*') return `every hour${past}`;
  if (hours !== undefined) return `every ${hours} hours${past}`;
  if (!NUMBERS.test(hour)) return null;
  return `at ${listed(hour.split(',').map((each) => `${two(each)}:${two(minute)}`))}`;
}

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const SHORT = WEEKDAYS.slice(0, 7).map((name) => name.slice(0, 3).toUpperCase());

function dayWords(day: string, weekday: string): string | null {
  if (day === '*' && weekday === '*') return 'every day';
  if (day === '*') return weekdayWords(weekday);
  if (weekday !== '*' || !NUMBERS.test(day)) return null;
  return `on day ${listed(day.split(','))} of each month`;
}

function weekdayWords(weekday: string): string | null {
  const names = weekday.split(',').map((part) => {
    const ends = part.split('-').map(weekdayName);
    return ends.includes(undefined) || ends.length > 2 ? undefined : ends.join(' to ');
  });
  if (names.includes(undefined)) return null;
  const isOne = names.length === 1 && !names[0]!.includes(' to ');
  return isOne ? `every ${names[0]}` : `from ${listed(names as string[])}`.replace(/^from (?!\w+ to )/, 'every ');
}

function weekdayName(text: string): string | undefined {
  return /^[0-7]$/.test(text) ? WEEKDAYS[Number(text)] : WEEKDAYS[SHORT.indexOf(text.toUpperCase())];
}

function two(text: string): string {
  return text.padStart(2, '0');
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
