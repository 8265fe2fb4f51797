import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Channel, Message } from './channel.ts';

/** Every alert as a line of JSON in `alerts.jsonl` of that folder, in the shape of the webhook. */
export function fileChannel(folder: string): Channel {
  const path = join(folder, 'alerts.jsonl');
  return {
    name: 'file',
    async send(message) {
      await mkdir(folder, { recursive: true });
      if (!(message.interrupted && (await holds(path, message.key)))) await append(path, message);
      return { outcome: 'sent' };
    },
  };
}

async function append(path: string, { key, notice, link }: Message): Promise<void> {
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    const { buffer } = size === 0 ? { buffer: Buffer.from('\n') } : await file.read(Buffer.alloc(1), 0, 1, size - 1);
    // A line that a crash has cut short stays alone.
    const begin = buffer.toString() === '\n' ? '' : '\n';
    await file.appendFile(`${begin}${JSON.stringify({ key, ...notice, link })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function holds(path: string, key: string): Promise<boolean> {
  const file = await open(path, 'a+');
  try {
    for await (const line of file.readLines({ start: 0 }))
      if (line.startsWith(`{"key":"${key}"`) && line.endsWith('}')) return true;
    return false;
  } finally {
    await file.close();
  }
}
