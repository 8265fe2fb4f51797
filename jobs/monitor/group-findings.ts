import { direction, type Finding } from './finding.ts';

/** Stores that must agree, and the part of all of them. */
const FEWEST = 3;
const MOST_OF = 0.5;

/** What most stores of a region, or of the whole shop, do on the same day is one finding, which explains theirs. */
export function groupFindings(findings: readonly Finding[]): Finding[] {
  const stores = findings.filter(({ level }) => level === 'store');
  const shop = grouped(stores, 'shop', () => 'all');
  const regions = grouped(stores, 'region', ({ row }) => row.attributes.region ?? '');
  return [...shop, ...regions];
}

function grouped(
  stores: readonly Finding[],
  level: 'shop' | 'region',
  nameOf: (finding: Finding) => string,
): Finding[] {
  const groups = Map.groupBy(stores, (finding) => `${finding.check} ${finding.field ?? ''} ${nameOf(finding)}`);
  return [...groups.values()].flatMap((members) => {
    const found = [1, -1].map((way) => members.filter((each) => each.verdict === 'failing' && direction(each) === way));
    return found
      .filter((alike) => alike.length >= FEWEST && alike.length >= MOST_OF * members.length)
      .map((alike) => together(members, alike, level, nameOf(members[0]!)));
  });
}

function together(
  members: readonly Finding[],
  alike: readonly Finding[],
  level: 'shop' | 'region',
  name: string,
): Finding {
  const [first] = alike as [Finding, ...Finding[]];
  const subject: Record<string, string> = level === 'shop' ? {} : { region: name };
  const mild = alike.every(({ severity }) => severity === 'info');
  return {
    ...{ check: first.check, level, row: { subject, attributes: subject }, column: first.column },
    ...(first.field !== undefined && { field: first.field }),
    ...{ verdict: 'failing', severity: mild ? 'info' : first.severity, unit: 'count', columns: first.columns },
    ...{ observed: members.length - alike.length, expected: members.length, low: null, high: null, score: null },
    stores: alike,
    note: `${alike.length} of ${members.length} stores at once`,
  };
}
