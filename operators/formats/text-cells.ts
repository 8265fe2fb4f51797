import type { Fault } from '../../engine/operator.ts';
import type { CellRules } from './cell-rules.ts';
import type { TextFormat } from './text.ts';

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

/** Whether the byte is a space of ASCII: part of the padding that trimming takes off. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 9 && byte <= 13);
}

/** Whether the text begins or ends with a character beyond ASCII, which may be a space of some other kind. */
export function hasForeignEdge(bytes: Uint8Array, start: number, end: number): boolean {
  return start < end && (bytes[start]! >= 0x80 || bytes[end - 1]! >= 0x80);
}
