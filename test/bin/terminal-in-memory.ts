import { Writable } from 'node:stream';
import { main } from '../../bin/cli.ts';
import type { Terminal } from '../../bin/terminal.ts';

/** What a command printed, and its exit code. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Its stdout as the one JSON document that it must be with `--json`. */
  json<T>(): T;
}

/** Runs a command in this process, as `tillstream ARGS` would. */
export async function tillstream(args: readonly string[], setting: Partial<Terminal> = {}): Promise<Printed> {
  const stdout = new Sink();
  const stderr = new Sink();
  const signal = new AbortController().signal;
  const code = await main(args, { stdout, stderr, env: {}, cwd: process.cwd(), signal, ...setting });
  return { code, stdout: stdout.text, stderr: stderr.text, json: <T>() => JSON.parse(stdout.text) as T };
}

class Sink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.text += chunk.toString();
    callback();
  }
}
