import type { Writable } from 'node:stream';

/** Where a command runs: what it may write to and what it is told by. */
export interface Terminal {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts when a person wants to stop. */
  readonly signal: AbortSignal;
}

/** Does a person look on who can see a line being redrawn? */
export function isInteractive({ stderr, env }: Terminal): boolean {
  return stderr.isTTY === true && env.TERM !== 'dumb' && !env.CI;
}

/** A line for people, on stderr so that it never mixes with an answer. */
export function say(terminal: Terminal, line: string): void {
  terminal.stderr.write(`${line}\n`);
}
