import { shiftDay } from '../format/times.ts';

/** Periods to choose from. They end on the last day with sales, so that old data show as well as today's. */
export const PRESETS = [
  { value: 'all', text: 'All' },
  { value: '7d', text: '7 days' },
  { value: '30d', text: '30 days' },
  { value: '90d', text: '90 days' },
  { value: 'year', text: 'This year' },
  { value: 'custom', text: 'Custom' },
] as const;

export type Preset = (typeof PRESETS)[number]['value'];

export interface Period {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const DAYS: Partial<Record<Preset, number>> = { '7d': 7, '30d': 30, '90d': 90 };

/** The days of a preset. */
export function periodOf(preset: Preset, lastDay: string | null): Period {
  if (!lastDay) return {};
  if (preset === 'year') return { from: `${lastDay.slice(0, 4)}-01-01`, to: lastDay };
  const days = DAYS[preset];
  return days === undefined ? {} : { from: shiftDay(lastDay, 1 - days), to: lastDay };
}

export type Granularity = 'day' | 'week' | 'month';

/** So that a trend has neither a handful nor hundreds of points. */
export function fittingGranularity(from: string, to: string): Granularity {
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
  if (days <= 120) return 'day';
  return days <= 760 ? 'week' : 'month';
}
