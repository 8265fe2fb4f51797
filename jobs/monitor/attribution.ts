import { direction, type Finding } from './finding.ts';

/** Which of several things wrong with a store on one day most likely brought the others about, that one first. */
const ROOTS = [
  ...['freshness', 'duplicates', 'dead-letters', 'price', 'null-rate', 'volume'],
  ...['units', 'revenue', 'basket', 'margin', 'decline'],
];
const AMOUNTS = new Set(['volume', 'revenue', 'units']);

const rank = ({ check }: Finding) => ROOTS.indexOf(check);

/** What says nothing of how much was sold, or for how much. */
const ASIDE = new Set(['null-rate', 'decline']);

/**
 * Of the failing findings of one day, says which are explained by which: sets `cause`. What is explained by a day that somebody has
 * marked does not fail.
 */
export function attribute(findings: readonly Finding[]): void {
  const failing = findings.filter(({ verdict }) => verdict === 'failing');
  const together = failing.filter(({ stores }) => stores !== undefined);
  for (const group of together) for (const store of group.stores ?? []) store.cause ??= group;
  const stores = findings.filter(
    ({ level, verdict, excused }) => level === 'store' && (verdict === 'failing' || excused),
  );
  const groups = failing.filter(({ level, stores }) => level !== 'store' && stores === undefined);
  for (const own of grouped([...stores.filter(({ verdict }) => verdict === 'failing'), ...together])) chain(own);
  for (const group of groups)
    group.cause ??=
      together.find((other) => other.check === group.check && isWithin(group, other)) ??
      explainedBy(group, stores, findings);
  for (const group of groups) if (group.cause?.excused) pass(group);
  for (const own of grouped(groups.filter(({ verdict }) => verdict === 'failing'))) chain(own);
  for (const group of [...groups, ...together])
    if (group.verdict === 'failing') group.cause ??= [...groups, ...together].find((other) => isPartOf(group, other));
}

/** Are the stores that the other is about among those that make up this one? */
function isWithin({ level, row }: Finding, { level: other, row: otherRow }: Finding): boolean {
  return level === 'region' ? other === 'shop' || row.subject.region === otherRow.subject.region : level === 'shop';
}

/** It is as unusual as a marked day of one of its stores makes it. */
function pass(group: Finding): void {
  group.note = `unlike usual because of ${Object.values(group.cause?.row.subject ?? {}).join(' ')}, which is marked`;
  group.verdict = 'ok';
  group.cause = undefined;
}

function grouped(findings: readonly Finding[]): Finding[][] {
  return [...Map.groupBy(findings, ({ row, level }) => `${level} ${JSON.stringify(row.subject)}`).values()];
}

/** One row: everything points to the first in rank. */
function chain(findings: readonly Finding[]): void {
  const open = findings.filter(({ cause }) => cause === undefined).sort((a, b) => rank(a) - rank(b));
  const claimed = findings.find(({ cause }) => cause !== undefined)?.cause;
  const [root, ...rest] = open;
  if (claimed) for (const each of open) each.cause = claimed;
  else if (root) for (const each of rest) each.cause = root;
}

const isMember = (store: Finding, group: Finding) =>
  group.level !== 'region' || store.row.attributes.region === group.row.attributes.region;

/** The store without which the group would be as it was to be. */
function explainedBy(group: Finding, stores: readonly Finding[], all: readonly Finding[]): Finding | undefined {
  const roots = stores.filter((store) => !ASIDE.has(store.check) && isMember(store, group));
  const rootOf = (store: Finding) => store.cause ?? store;
  if (!AMOUNTS.has(group.check)) {
    const alike = roots.filter(({ check, field }) => check === group.check && field === group.field);
    const [first] = alike.length > 0 ? alike : roots.filter(({ cause }) => cause === undefined);
    return first && rootOf(first);
  }
  const missing = new Map(roots.map((store) => [store.row, shortfall(store, group, all)]));
  const [largest] = [...missing]
    .filter(([, each]) => Math.sign(each) === -direction(group))
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const whole = [...missing.values()].reduce((sum, each) => sum + each, 0);
  const mended = (group.observed ?? 0) + whole;
  const enough = mended >= (group.low ?? 0) && mended <= (group.high ?? Number.POSITIVE_INFINITY);
  const half = Math.abs(whole) * 2 >= Math.abs((group.expected ?? 0) - (group.observed ?? 0));
  if (!largest || !(enough || half)) return undefined;
  return rootOf(roots.find(({ row }) => row === largest[0])!); // The rows come from the roots.
}

/** What a store's day lacks, in the unit of the group's figure: of one that said nothing, its share of what the group was to have. */
function shortfall({ row }: Finding, group: Finding, all: readonly Finding[]): number {
  const of = (check: string, at: Finding['row']) => all.find((each) => each.row === at && each.check === check);
  const own = of(group.check, row);
  if (own) return (own.expected ?? 0) - (own.observed ?? 0);
  const lines = of('freshness', row)?.expected ?? 0;
  const linesOfGroup = of('volume', group.row)?.expected ?? 0;
  return linesOfGroup > 0 ? (lines / linesOfGroup) * (group.expected ?? 0) : 0;
}

/** A region or category that goes the way of the whole shop. */
function isPartOf(group: Finding, other: Finding): boolean {
  return (
    group.level !== 'shop' &&
    other.level === 'shop' &&
    other.verdict === 'failing' &&
    other.cause !== group &&
    other.check === group.check &&
    direction(other) === direction(group)
  );
}
