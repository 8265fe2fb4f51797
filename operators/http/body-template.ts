import type { FieldTexts } from './field-texts.ts';
import { fillTemplate, parseTemplate } from './template.ts';

type Write = (fields: FieldTexts, row: number) => string;

/**
 * Writes JSON for a record after a pattern, itself JSON: a text that is just `{field}` becomes the field's value with its type, a
 * `{field}` within a text its text, and all else stays as it is.
 */
export class BodyTemplate {
  readonly #write: Write;

  constructor(pattern: unknown) {
    this.#write = writerFor(pattern);
  }

  /** The JSON text for a row. */
  write(fields: FieldTexts, row: number): string {
    return this.#write(fields, row);
  }
}

function writerFor(pattern: unknown): Write {
  if (typeof pattern === 'string') return textWriter(pattern);
  if (typeof pattern !== 'object' || pattern === null) return () => JSON.stringify(pattern);
  if (Array.isArray(pattern)) {
    const items = pattern.map(writerFor);
    return (fields, row) => `[${items.map((write) => write(fields, row)).join(',')}]`;
  }
  const members = Object.entries(pattern).map(([key, inner]) => [JSON.stringify(key), writerFor(inner)] as const);
  return (fields, row) => `{${members.map(([key, write]) => `${key}:${write(fields, row)}`).join(',')}}`;
}

function textWriter(pattern: string): Write {
  const template = parseTemplate(pattern);
  const { names, parts } = template;
  if (names.length === 0) return () => JSON.stringify(pattern);
  if (names.length === 1 && parts.every((part) => part === '')) return (fields, row) => fields.json(names[0]!, row);
  return (fields, row) => JSON.stringify(fillTemplate(template, (name) => fields.text(name, row) ?? ''));
}
