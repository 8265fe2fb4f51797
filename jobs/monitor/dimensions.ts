import type { Dimension } from '../../operators/dataset/settings/monitoring.ts';
import type { Finding, Level } from './finding.ts';

export type Dimensions = ReadonlySet<Dimension>;

/** What is watched unless somebody says otherwise. */
export const USUAL_DIMENSIONS: Dimensions = new Set(['store', 'category']);

/** Of all findings those of the dimensions that are watched. What only one of the others would explain stands for itself. */
export function chosen(findings: readonly Finding[], dimensions: Dimensions): Finding[] {
  const kept = findings.filter((finding) => isWatched(finding, dimensions));
  for (const finding of kept) if (finding.cause && !isWatched(finding.cause, dimensions)) finding.cause = undefined;
  return kept;
}

/** Where sales have no stores, regions stand in for them; what most stores of a region do belongs to both. */
function isWatched({ level, row }: Finding, dimensions: Dimensions): boolean {
  const also: Readonly<Partial<Record<Level, boolean>>> = {
    shop: true,
    store: row.subject.region !== undefined && dimensions.has('region'),
    region: dimensions.has('store'),
  };
  return also[level] === true || (level !== 'shop' && dimensions.has(level));
}
