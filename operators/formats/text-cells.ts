import type { Fault } from '../../engine/operator.ts';
import type { CellRules } from './cell-rules.ts';
import type { TextFormat } from './text.ts';

const SPACE = 0x20;
const ASCII = 0x80;

/** Reads cells that are kept as text, one at a time: rules, then format. */
export class TextCells {
  readonly rules: CellRules;
  readonly format: TextFormat;

  constructor(rules: CellRules, format: TextFormat) {
    this.rules = rules;
    this.format = format;
  }

  read(raw: string): string | null | Fault {
    const text = this.rules.read(raw);
    return typeof text === 'string' ? this.format.parse(text) : text;
  }
}

/** Whether the text may begin or end with a space of some kind. Never false for one that does. */
export function mayBePadded(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end) return false;
  const first = bytes[start]!;
  const last = bytes[end - 1]!;
  return first <= SPACE || first >= ASCII || last <= SPACE || last >= ASCII;
}
