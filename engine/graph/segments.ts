import { MAIN } from '../batch.ts';
import { TillstreamError } from '../errors.ts';
import type { Plan, PlanInput, PlanNode } from '../plan.ts';

/** An edge of a plan: from a port of one node to an input of another. */
export interface PlanEdge extends PlanInput {
  /** Id of the node that it leads to. */
  readonly to: string;
}

/** Nodes of a plan that follow one another in a plain list, with the edges that lead to its first and from its last. */
export interface Segment {
  /** Null where records come in by edges. */
  readonly source: PlanNode | null;
  /** Those that run here. */
  readonly nodes: readonly PlanNode[];
  /** Those at its end that run on another thread. */
  readonly staged: readonly PlanNode[];
  readonly inputs: readonly PlanEdge[];
  readonly outputs: readonly PlanEdge[];
}

/** The plan as plain lists joined by edges; a plan that is a list is one. `stageFrom`: index of the first node for another thread. */
export function segmentsOf(plan: Plan, stageFrom: number = plan.length): Segment[] {
  const edges = plan.flatMap(({ id, inputs }) => inputs.map((input): PlanEdge => ({ ...input, to: id })));
  const lists = new Map<string, PlanNode[]>();
  for (const node of plan) {
    const list = lists.get(node.inputs[0]?.from ?? '');
    if (list && continues(node, edges)) lists.set(node.id, list);
    else lists.set(node.id, []);
    lists.get(node.id)?.push(node);
  }
  const staged = plan.slice(stageFrom);
  const segments = [...new Set(lists.values())].map((list) => segmentOf(list, staged, edges));
  requireOneLine(segments, staged);
  return segments;
}

function continues({ inputs }: PlanNode, edges: readonly PlanEdge[]): boolean {
  const [only, ...others] = inputs;
  if (!only || others.length > 0 || only.name !== MAIN || only.port !== MAIN) return false;
  return edges.filter(({ from }) => from === only.from).length === 1;
}

function segmentOf(list: readonly PlanNode[], staged: Plan, edges: readonly PlanEdge[]): Segment {
  // A list has at least the node that it was begun with.
  const [first, last] = [list[0]!, list.at(-1)!];
  const source = first.inputs.length === 0 ? first : null;
  return {
    source,
    nodes: list.filter((node) => node !== source && !staged.includes(node)),
    staged: list.filter((node) => staged.includes(node)),
    inputs: edges.filter(({ to }) => to === first.id),
    outputs: edges.filter(({ from }) => from === last.id),
  };
}

/** What runs on another thread must be the end of one list. */
function requireOneLine(segments: readonly Segment[], staged: Plan): void {
  const [first] = staged;
  const parts = segments.filter((segment) => segment.staged.length > 0);
  if (!first || (parts.length === 1 && parts[0]?.outputs.length === 0)) return;
  throw new TillstreamError(
    'bad_plan',
    `from "${first.id}" on the plan runs on another thread, and there it must be a plain list; bring its branches together before`,
  );
}
