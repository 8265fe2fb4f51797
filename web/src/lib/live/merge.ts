import type { Delta, LiveFile, LiveState, TimelinePoint } from '../server-types.ts';

/** Points of the timeline that are kept: what the spark lines show. */
const KEPT_POINTS = 240;

/** The state after a delta. What did not change keeps its identity. */
export function mergeDelta(
  state: Partial<LiveState>,
  delta: Pick<Delta, 'changes' | 'files_gone'>,
): Partial<LiveState> {
  const { timeline, files, ...replaced } = delta.changes;
  const next = { ...state, ...replaced };
  if (timeline) next.timeline = appendPoints(state.timeline ?? [], timeline);
  if (files || delta.files_gone) next.files = mergeFiles(state.files ?? [], files ?? [], delta.files_gone ?? []);
  return next;
}

/** A point earlier than the one before it begins a new run: those before are forgotten. */
export function appendPoints(known: readonly TimelinePoint[], more: readonly TimelinePoint[]): TimelinePoint[] {
  const points = [...known];
  for (const point of more) {
    if (point.elapsed_ms < (points.at(-1)?.elapsed_ms ?? 0)) points.length = 0;
    points.push(point);
  }
  return points.slice(-KEPT_POINTS);
}

function mergeFiles(known: readonly LiveFile[], changed: readonly LiveFile[], gone: readonly string[]): LiveFile[] {
  const away = new Set(gone);
  const fresh = new Map(changed.map((file) => [file.key, file]));
  const kept = known
    .filter(({ key }) => !away.has(key))
    .map((file) => {
      const newer = fresh.get(file.key);
      fresh.delete(file.key);
      return newer ?? file;
    });
  return [...fresh.values(), ...kept];
}
