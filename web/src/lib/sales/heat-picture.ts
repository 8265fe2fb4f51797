import type { Palette } from '../charts/palette.ts';
import { weekday } from '../format/times.ts';
import type { HeatMap } from './heat.ts';

const CELL = { width: 44, height: 32, gap: 2 };
const HEAD = { width: 52, height: 26 };

/** The heat map drawn on a canvas, to be saved; put nowhere. `near` lends it its font. */
export function heatPicture(
  { hours, rows, highest, isDaily }: HeatMap,
  palette: Palette,
  near: HTMLElement,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = HEAD.width + hours.length * CELL.width + 12;
  canvas.height = HEAD.height + rows.length * CELL.height + 12;
  const pen = canvas.getContext('2d');
  if (!pen) return canvas;
  pen.font = `12px ${getComputedStyle(near).fontFamily}`;
  pen.fillStyle = palette.ink;
  hours.forEach((hour, index) => {
    pen.fillText(isDaily ? 'all day' : String(hour), HEAD.width + index * CELL.width + 14, 16);
  });
  rows.forEach(({ weekday: number, cells }, row) => {
    const y = HEAD.height + row * CELL.height;
    pen.globalAlpha = 1;
    pen.fillStyle = palette.ink;
    pen.fillText(weekday(number), 12, y + 20);
    pen.fillStyle = palette.blue;
    cells.forEach((cell, column) => {
      pen.globalAlpha = 0.06 + 0.94 * (Math.max(0, cell?.revenue ?? 0) / (highest || 1));
      pen.fillRect(HEAD.width + column * CELL.width, y, CELL.width - CELL.gap, CELL.height - CELL.gap);
    });
  });
  return canvas;
}
