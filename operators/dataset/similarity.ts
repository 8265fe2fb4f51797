import { editDistance } from '../../engine/nearest.ts';
import { headerKey } from './header.ts';
import { readName } from './synonyms.ts';

/** How likely two column names mean the same, 0 to 1: by spelling, by the words they share, by what retailers call things. */
export function nameSimilarity(a: string, b: string): number {
  const [left, right] = [headerKey(a), headerKey(b)];
  if (left === right) return 1;
  return Math.max(spelling(left, right), sharedWords(a, b), sharedMeaning(a, b));
}

function spelling(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 0 : 1 - editDistance(a, b) / longest;
}

/** `OrderDate`, `order_date` and `date of order` have the same words. */
function sharedWords(a: string, b: string): number {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  const shared = [...left].filter((word) => right.has(word)).length;
  return shared === 0 ? 0 : (0.95 * shared) / Math.max(left.size, right.size);
}

const FILLERS = new Set(['of', 'the', 'in', 'de', 'del', 'du', 'der', 'des', 'di', 'do', 'da']);

function wordsOf(name: string): Set<string> {
  const spaced = name.replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2').toLowerCase();
  return new Set(spaced.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '' && !FILLERS.has(word)));
}

function sharedMeaning(a: string, b: string): number {
  const other = new Map(readName(b).map(({ canonical, confidence }) => [canonical, confidence]));
  const both = readName(a).map(({ canonical, confidence }) => confidence * (other.get(canonical) ?? 0));
  return Math.max(0, ...both) * 0.95;
}
