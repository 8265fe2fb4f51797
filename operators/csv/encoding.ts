import { isUtf8 } from 'node:buffer';
import { decode } from './code-page.ts';

/** What a sample says about how text was encoded. */
export interface EncodingGuess {
  readonly encoding: string;
  /** Bytes of the byte order mark. */
  readonly bomBytes: number;
  /** Why, in a few words. */
  readonly because: string;
}

/** Single-byte encodings that are told apart by how plausible the text reads. */
const CANDIDATES = ['windows-1252', 'cp850'] as const;
/** Share of non-ASCII characters that must read well before a file that is not UTF-8 is taken for a candidate. */
const PLAUSIBLE = 0.75;

/**
 * Tells the encoding from samples of a file, the first being its beginning:
 *
 * 1. a byte order mark;
 * 2. UTF-16 by its zero bytes: a fifth or more of one half of the byte pairs, next to none of the other;
 * 3. UTF-8 if all samples are valid;
 * 4. UTF-8 with broken places if there are at least as many valid multi-byte characters as broken bytes;
 * 5. Windows-1252, or code page 850 if that reads better, if three quarters of the non-ASCII characters then stand where
 *    people write them: no capital after a small letter, no letter at a digit, no sign amid a word;
 * 6. else UTF-8: the broken places will be faults of their records.
 */
export function guessEncoding(samples: readonly Buffer[]): EncodingGuess {
  const head = samples[0] ?? Buffer.alloc(0);
  const marked = byteOrderMark(head);
  if (marked) return marked;
  const wide = utf16(head);
  if (wide) return { encoding: wide, bomBytes: 0, because: 'every other byte is zero' };
  const trimmed = samples.map((sample) => wholeCharacters(sample));
  if (trimmed.every((sample) => isUtf8(sample))) return { encoding: 'utf-8', bomBytes: 0, because: 'valid UTF-8' };
  return singleByte(Buffer.concat(trimmed));
}

function byteOrderMark(head: Buffer): EncodingGuess | null {
  const because = 'byte order mark';
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', bomBytes: 3, because };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bomBytes: 2, because };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bomBytes: 2, because };
  return null;
}

function utf16(head: Buffer): string | null {
  const pairs = head.length >> 1;
  const zeros = [0, 0];
  for (let i = 0; i < pairs * 2; i++) if (head[i] === 0) zeros[i & 1]!++;
  const [even, odd] = zeros as [number, number];
  if (odd > pairs * 0.2 && even < odd * 0.05) return 'utf-16le';
  if (even > pairs * 0.2 && odd < even * 0.05) return 'utf-16be';
  return null;
}

/** Without the parts of characters that cutting the sample left at its ends. */
function wholeCharacters(sample: Buffer): Buffer {
  let start = 0;
  while (start < 3 && start < sample.length && (sample[start]! & 0xc0) === 0x80) start++;
  let end = sample.length;
  for (let i = 1; i <= 3 && i <= sample.length; i++) {
    const byte = sample[sample.length - i]!;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    if (length > i) end = sample.length - i;
    break;
  }
  // A sample that is not cut but broken there keeps its broken bytes if they are all it has.
  return start < end ? sample.subarray(start, end) : sample;
}

function singleByte(sample: Buffer): EncodingGuess {
  const text = sample.toString('utf8');
  const broken = count(text, /\uFFFD/g) - count(text, /\uFFFD/g, sample);
  const valid = count(text, /[\u0080-\uFFFC\uFFFE\uFFFF]/g);
  if (valid >= broken) return { encoding: 'utf-8', bomBytes: 0, because: `UTF-8 with ${broken} broken places` };
  const scored = CANDIDATES.map((encoding) => ({ encoding, score: plausibility(decode(sample, encoding), sample) }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  const because = `${Math.round(best.score * 100)} % of the non-ASCII characters read well`;
  if (best.score >= PLAUSIBLE) return { encoding: best.encoding, bomBytes: 0, because };
  return { encoding: 'utf-8', bomBytes: 0, because: `${broken} broken places that fit no other encoding` };
}

/** Matches in the text; with `sample`, of U+FFFD characters that the sample itself holds. */
function count(text: string, pattern: RegExp, sample?: Buffer): number {
  if (!sample) return text.match(pattern)?.length ?? 0;
  let found = 0;
  for (let i = sample.indexOf('\uFFFD'); i >= 0; i = sample.indexOf('\uFFFD', i + 3)) found++;
  return found;
}

const LOWER = /[a-z\u00df-\u00f6\u00f8-\u00fe]/;
const UPPER = /[A-Z\u00c0-\u00d6\u00d8-\u00de]/;
const WORD = /\p{L}/u;
const DIGIT = /\d/;
/** Signs that stand within words. */
const JOINING = /[\u2018\u2019\u00ad\u00b7\u00b4]/;
/** Signs that stand at words and numbers in tables of goods, people and prices. */
const SIGN =
  /[\u20ac\u00a3\u00a5\u00a2\u00a7\u00a9\u00ae\u2122\u00b0\u00ba\u00aa\u00b1\u00b2\u00b3\u00b5\u00bc-\u00be\u00d7\u00f8\u00d8\u00ab\u00bb\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u00a0\u00b7\u00a1\u00bf]/;
/** Share of the non-ASCII characters that stand where people write them, from 0 to 1. */
function plausibility(text: string, sample: Buffer): number {
  let all = 0;
  let good = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x80) continue;
    all++;
    // In these encodings a character is a byte. 0xFF, which is ÿ or a space, is what broken bytes look like.
    if (sample[i] !== 0xff && readsWell(text[i - 1] ?? '\n', text[i]!, text[i + 1] ?? '\n')) good++;
  }
  return all === 0 ? 0 : good / all;
}

function readsWell(before: string, character: string, after: string): boolean {
  if (UPPER.test(character)) return !LOWER.test(before);
  if (LOWER.test(character)) return !DIGIT.test(before) && !DIGIT.test(after);
  if (WORD.test(character)) return WORD.test(before) || WORD.test(after);
  if (JOINING.test(character)) return true;
  return SIGN.test(character) && !(WORD.test(before) && WORD.test(after));
}
