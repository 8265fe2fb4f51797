import { bytes as someBytes } from '../../engine/arrays.ts';
import { Memory } from '../../engine/memory.ts';
import type { Feed } from './feed.ts';
import type { Window } from './scanner.ts';

/** Most bytes read at a time. */
export const WINDOW_BYTES = 1_048_576;
/**
 * Bytes read at first; the first windows are short. Loops are compiled between short calls, and not once more in the midst of
 * a long one; and whoever comes after the reader begins sooner.
 */
const FIRST_BYTES = 65_536;
/** Room before the bytes read, for what the window before left over. */
const HEADROOM = 65_536;
/** Room after them: the scanner's sentinel and some unescaped cells. */
const TAILROOM = 4_096;

interface Chunk {
  readonly bytes: Buffer;
  readonly length: number;
  readonly final: boolean;
}

/**
 * Cuts a feed into windows, each beginning with what was left of the one before, and valid until the next unless a batch holds it. While one is being scanned the next
 * is being read; no more than that, so a consumer that waits stops the reading.
 */
export class Windows {
  readonly #feed: Feed;
  readonly #mostBytes: number;
  /** Offset in the text of the next byte to be read. */
  #next: number;
  #ahead: Promise<Chunk> | null = null;
  #last: Window | null = null;
  /** Offset in the text of `bytes[0]` of the current window; negative before the first bytes. */
  #base: number;

  /** `offset` is the place in the text of the feed's first byte. */
  constructor(feed: Feed, offset: number, windowBytes: number = WINDOW_BYTES) {
    this.#feed = feed;
    this.#mostBytes = windowBytes;
    this.#next = offset;
    this.#base = offset;
  }

  /** Offset in the text of a place in the current window. */
  offsetOf(position: number): number {
    return this.#base + position;
  }

  /** End of the current window: to leave nothing of it for the next. */
  get end(): number {
    return this.#last?.to ?? 0;
  }

  /** The window after the current one, of which `consumed` is the first byte still wanted. Null when that was the last. */
  async next(consumed = 0): Promise<Window | null> {
    const last = this.#last;
    if (last?.final) return null;
    const chunk = await (this.#ahead ?? this.#read());
    this.#ahead = null;
    const { final } = chunk;
    if (!final) this.#ahead = this.#read();
    // Without a rejection handler of its own a failing read would end the process before anybody awaits it.
    this.#ahead?.catch(() => {});
    const rest = last ? last.to - consumed : 0;
    const bytes = rest > HEADROOM ? withRoom(chunk, rest) : chunk.bytes;
    const dataStart = bytes === chunk.bytes ? HEADROOM : rest;
    const from = dataStart - rest;
    if (bytes !== chunk.bytes) letGo(chunk.bytes);
    if (last) {
      last.bytes.copy(bytes, from, consumed, last.to);
      letGo(last.bytes);
    }
    this.#base += last ? consumed - from : -from;
    this.#last = { bytes, from, to: dataStart + chunk.length, final };
    return this.#last;
  }

  async close(): Promise<void> {
    // A read under way must not write into a file handle's buffer after the handle is gone.
    const ahead = await this.#ahead?.catch(() => null);
    if (ahead) letGo(ahead.bytes);
    if (this.#last) letGo(this.#last.bytes);
    this.#ahead = null;
    this.#last = null;
    await this.#feed.close();
  }

  async #read(): Promise<Chunk> {
    const wanted = endOfReading(this.#next, this.#mostBytes) - this.#next;
    this.#next += wanted;
    const bytes = heldBytes(HEADROOM + wanted + TAILROOM);
    let length = 0;
    while (length < wanted) {
      const got = await this.#feed.fill(bytes, HEADROOM + length, wanted - length);
      if (got === 0) break;
      length += got;
    }
    return { bytes, length, final: length < wanted };
  }
}

/**
 * Where a reading ends that begins at `offset`: at 64 KiB, 128 KiB and so on, then at each `most`. Whoever goes on in the middle of
 * a file gets its records in the same batches.
 */
function endOfReading(offset: number, most: number): number {
  if (offset >= most) return (Math.floor(offset / most) + 1) * most;
  let end = Math.min(FIRST_BYTES, most);
  while (end <= offset) end *= 2;
  return Math.min(end, most);
}

/** The chunk in a buffer with more room before it. */
function withRoom(chunk: Chunk, rest: number): Buffer {
  const bytes = heldBytes(rest + chunk.length + TAILROOM);
  chunk.bytes.copy(bytes, rest, HEADROOM, HEADROOM + chunk.length);
  return bytes;
}

/** Whoever still reads a window that was let go, as batches do, holds it as well. */
function heldBytes(length: number): Buffer {
  const bytes = someBytes(length);
  Memory.of(bytes)?.hold();
  return bytes;
}

function letGo(bytes: Buffer): void {
  Memory.of(bytes)?.release();
}
