import type { Worker } from 'node:worker_threads';
import { launchStage } from '../../engine/stage-launch.ts';

/** What the writer's thread loads. */
export const WRITER_MODULES = {
  registryModule: new URL('./writer-operators.ts', import.meta.url).href,
  servicesModule: new URL('./writer-services.ts', import.meta.url).href,
};

let launched: Worker | null = null;

/** Starts a writer's thread before anybody knows whether there is something to write; it keeps no process from ending. */
export function launchAhead(): void {
  launched = launchStage(WRITER_MODULES);
  launched.unref();
}

/** The thread that has been started ahead, or else a new one. */
export function takeThread(): Worker {
  const worker = launched ?? launchStage(WRITER_MODULES);
  launched = null;
  worker.ref();
  return worker;
}
