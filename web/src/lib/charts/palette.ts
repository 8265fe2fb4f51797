/** Colours of a theme as chart code needs them: resolved from the style sheet's names. */

const NAMES = ['surface', 'line', 'ink', 'ink-2', 'blue', 'green', 'orange', 'red', 'grey'] as const;

export type Palette = Readonly<Record<(typeof NAMES)[number], string>>;

/** Reads the colours in force at an element. */
export function paletteAt(element: HTMLElement): Palette {
  const probe = document.createElement('i');
  element.append(probe);
  const colours = NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  return Object.fromEntries(colours) as Palette;
}

/** The colour with that opacity, 0 to 1. */
export function faded(colour: string, opacity: number): string {
  return `color-mix(in srgb, ${colour} ${opacity * 100}%, transparent)`;
}
