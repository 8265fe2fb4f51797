import type { TimelinePoint } from '../server-types.ts';

/** Records a second of each operator over the points of a timeline, by operator id. */
export function tracesOf(timeline: readonly TimelinePoint[]): Map<string, number[]> {
  const traces = new Map<string, number[]>();
  for (const { operators } of timeline) {
    for (const { id, in_per_second, out_per_second } of operators) {
      const trace = traces.get(id) ?? [];
      trace.push(Math.max(in_per_second, out_per_second));
      traces.set(id, trace);
    }
  }
  return traces;
}
