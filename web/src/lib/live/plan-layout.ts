import type { OperatorFigures, OperatorPoint } from '../server-types.ts';

/** An operator as a picture of its plan shows it. */
export interface DrawnOperator {
  readonly point: OperatorPoint;
  /** Null where only the moment is known. */
  readonly figures: OperatorFigures | null;
  /** Records a second, oldest first. */
  readonly trace: readonly number[];
  /** Ids of the operators that its records come from. */
  readonly inputs: readonly string[];
}

/** A node of a plan as a picture needs it. */
export interface Wired {
  readonly id: string;
  /** Ids of the nodes that its records come from. */
  readonly inputs: readonly string[];
}

export function wiredOf(operators: readonly DrawnOperator[]): Wired[] {
  return operators.map(({ point: { id }, inputs }) => ({ id, inputs }));
}

/** Where a node stands: columns from left to right along the way of the records, rows side by side. From 0. */
export interface Place {
  readonly column: number;
  readonly row: number;
}

/** Is it a plain list, each node fed by the one before it? */
export function isList(nodes: readonly Wired[]): boolean {
  return nodes.every(({ inputs }, index) =>
    index === 0 ? inputs.length === 0 : inputs.length === 1 && inputs[0] === nodes[index - 1]?.id,
  );
}

/**
 * A place for each node: a column after all that it takes records from, in the highest of their rows that is free there, so that
 * straight ways stay straight and branches come back to where they left. Nodes come after those that they take records from.
 */
export function placesOf(nodes: readonly Wired[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const taken = new Set<string>();
  for (const { id, inputs } of nodes) {
    const before = inputs.flatMap((input) => places.get(input) ?? []);
    const column = Math.max(-1, ...before.map((place) => place.column)) + 1;
    let row = before.length === 0 ? 0 : Math.min(...before.map((place) => place.row));
    while (taken.has(`${column} ${row}`)) row++;
    taken.add(`${column} ${row}`);
    places.set(id, { column, row });
  }
  return places;
}

/** SVG path from the right side of one place to the left of another; a column and a gap are `wide` and `gap`, a row `high` and `gap`. */
export function wayBetween(from: Place, to: Place, wide: number, high: number, gap: number): string {
  const x1 = from.column * (wide + gap) + wide;
  const y1 = from.row * (high + gap) + Math.min(42, high / 2);
  const x2 = to.column * (wide + gap);
  const y2 = to.row * (high + gap) + Math.min(42, high / 2);
  const bend = Math.max(gap / 2, (x2 - x1) / 2);
  return y1 === y2 ? `M${x1} ${y1}H${x2}` : `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
