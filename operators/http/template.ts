/** A text with places for values: `/rates/{currency}` has the parts `/rates/` and ``, and the name `currency`. */
export interface Template {
  /** One more than there are names. */
  readonly parts: readonly string[];
  readonly names: readonly string[];
}

const PLACE = /\{([^{}]+)\}/g;

export function parseTemplate(text: string): Template {
  const parts: string[] = [];
  const names: string[] = [];
  let from = 0;
  for (const { 0: place, 1: name, index } of text.matchAll(PLACE)) {
    parts.push(text.slice(from, index));
    names.push(name!.trim());
    from = index + place.length;
  }
  return { parts: [...parts, text.slice(from)], names };
}

/** The text with a value at each place. */
export function fillTemplate({ parts, names }: Template, valueFor: (name: string, place: number) => string): string {
  return parts.map((part, i) => (i < names.length ? part + valueFor(names[i]!, i) : part)).join('');
}
