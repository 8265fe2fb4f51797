import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Value } from '../../engine/column.ts';
import type { HeldRecord } from '../held/record-shape.ts';
import { scratchLost } from './scratch.ts';

/** A record with the values that it is sorted by. */
export type Entry = readonly [keys: readonly Value[], record: HeldRecord];

/** A file of sorted entries, as plain JSON. */
export interface Run {
  readonly name: string;
  readonly sizeBytes: number;
  readonly crc: number;
}

const WRITE_CHARS = 262_144;

/** Writes the entries, one a line. */
export async function writeRun(
  path: string,
  name: string,
  entries: Iterable<Entry> | AsyncIterable<Entry>,
): Promise<Run> {
  const handle = await open(path, 'w');
  let [sizeBytes, crc, text] = [0, 0, ''];
  const write = async () => {
    const bytes = Buffer.from(text);
    text = '';
    sizeBytes += bytes.length;
    crc = crc32(bytes, crc);
    await handle.writeFile(bytes);
  };
  try {
    for await (const entry of entries) {
      text += `${JSON.stringify(entry)}\n`;
      if (text.length >= WRITE_CHARS) await write();
    }
    await write();
  } finally {
    await handle.close();
  }
  return { name, sizeBytes, crc };
}

/** Makes what was written durable, before a checkpoint names the file. */
export async function syncRun(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** The entries of a run, some at a time. Throws `scratch_lost` where the file is not the one that was written. */
export async function* readRun(path: string, { sizeBytes, crc }: Run): AsyncGenerator<Entry[]> {
  let rest: Buffer = Buffer.alloc(0);
  let [size, check] = [0, 0];
  try {
    for await (const chunk of createReadStream(path)) {
      const bytes = chunk as Buffer;
      size += bytes.length;
      check = crc32(bytes, check);
      const end = bytes.lastIndexOf(0x0a) + 1;
      if (end > 0) yield entriesIn(Buffer.concat([rest, bytes.subarray(0, end)]));
      rest = end > 0 ? bytes.subarray(end) : Buffer.concat([rest, bytes]);
    }
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') throw scratchLost(path);
    throw error;
  }
  if (size !== sizeBytes || check !== crc) throw scratchLost(path);
}

function entriesIn(lines: Buffer): Entry[] {
  return JSON.parse(`[${lines.toString('utf8', 0, lines.length - 1).replaceAll('\n', ',')}]`) as Entry[];
}
