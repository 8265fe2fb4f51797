import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';
import { shortMoney } from '../format/numbers.ts';
import { shop } from '../shop.svelte.ts';
import type { Palette } from './palette.ts';

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

export type { ChartConfiguration };
export { Chart };

const FONT = { family: 'Inter, ui-sans-serif, system-ui, sans-serif', size: 12 };

/** What all charts have in common: little ink, tooltips in our colours, no legend of their own. */
export function baseOptions(palette: Palette, isStill: boolean): NonNullable<ChartConfiguration['options']> {
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: isStill ? false : { duration: 250 },
    font: FONT,
    color: palette['ink-2'],
    interaction: { mode: 'index', intersect: false },
    plugins: {
      tooltip: {
        backgroundColor: palette.ink,
        titleColor: palette.surface,
        bodyColor: palette.surface,
        padding: 10,
        cornerRadius: 6,
        boxPadding: 4,
        titleFont: { ...FONT, weight: 600 },
        bodyFont: FONT,
      },
    },
  };
}

/** A scale of money with few lines. */
export function moneyScale(palette: Palette) {
  return {
    border: { display: false },
    grid: { color: palette.line, tickLength: 0 },
    ticks: {
      color: palette['ink-2'],
      font: FONT,
      padding: 8,
      maxTicksLimit: 5,
      callback: (value: string | number) => shortMoney(value, shop.currency),
    },
  };
}

/** A scale of names or days, without lines. */
export function nameScale(palette: Palette, most = 12) {
  return {
    border: { color: palette.line },
    grid: { display: false },
    ticks: { color: palette['ink-2'], font: FONT, autoSkip: true, maxTicksLimit: most, maxRotation: 0 },
  };
}
