import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const ENOUGH_BYTES = 16 * 1024 * 1024;
const LOOK_EVERY_MS = 20;

/**
 * Lets V8's space for young objects grow to 16 MB and no further. What is made for a batch or a file is soon garbage; left alone, V8
 * would give it 128 MB in the course of some hundred files, which saves no time and is never given back. Other threads of the
 * process stop growing with it, so this is for a process that does nothing but load.
 */
export function boundYoungGeneration(): void {
  const timer = setInterval(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    if ((space?.space_size ?? 0) < ENOUGH_BYTES) return;
    // The limit itself is read only when a heap is made, how fast it grows each time it does.
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(timer);
  }, LOOK_EVERY_MS);
  timer.unref();
}
