import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a process took, from being started to its end. */
export interface Measured {
  readonly wallMs: number;
  /** Largest resident set of the process or of any of its children; undefined without GNU time. */
  readonly peakBytes: number | undefined;
  readonly stdout: string;
}

const GNU_TIME = '/usr/bin/time';

/** Runs a command to its end. Rejects with its stderr unless it exits with 0. */
export async function measure(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Measured> {
  const report = join(tmpdir(), `tillstream-bench-${process.pid}.rss`);
  const timed = existsSync(GNU_TIME) ? [GNU_TIME, '-f', '%M', '-o', report, ...command] : command;
  const started = performance.now();
  const { stdout, stderr, code } = await run(timed, env);
  const wallMs = performance.now() - started;
  if (code !== 0) throw new Error(`${command.join(' ')} exited with ${code}: ${stderr.trim() || stdout.trim()}`);
  const peakBytes = existsSync(report)
    ? Number(readFileSync(report, 'utf8').trim().split('\n').at(-1)) * 1024
    : undefined;
  rmSync(report, { force: true });
  return { wallMs, peakBytes, stdout };
}

/** First line that a command prints, or undefined where it is not there or fails. */
export async function firstLine(command: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, code } = await run(command, {});
    return code === 0 ? stdout.trim().split('\n')[0] : undefined;
  } catch {
    return undefined;
  }
}

function run(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ stdout: string; stderr: string; code: number | null }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ stdout: string; stderr: string; code: number | null }>();
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.on('error', reject);
  child.on('close', (code) => resolve({ stdout, stderr, code }));
  return promise;
}
