import type { EventEmitter } from 'node:events';

/** Two signals closer than this are one: a terminal tells every process of its group, and each tells its child again. */
const ECHO_MS = 300;

const STOPPING = 'Stopping after the batch at hand; press Ctrl-C again to stop at once.';

export interface StopSignal {
  readonly signal: AbortSignal;
  /** Gives the signals back to Node. */
  release(): void;
}

/** Aborts at the first SIGINT, SIGTERM or SIGHUP, and ends the process at the second: nothing committed is lost by that. */
export function stopSignal(
  host: EventEmitter & { exit(code: number): never },
  say: (line: string) => void,
): StopSignal {
  const abort = new AbortController();
  let first = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    const now = performance.now();
    if (!abort.signal.aborted) {
      first = now;
      say(STOPPING);
      abort.abort();
    } else if (now - first > ECHO_MS) {
      host.exit(name === 'SIGINT' ? 130 : 143);
    }
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) host.on(name, onSignal);
  return {
    signal: abort.signal,
    release: () => {
      for (const name of names) host.off(name, onSignal);
    },
  };
}
