import { setPriority } from 'node:os';
import { platform } from 'node:process';

/** How much later than others the threads of rows get their turn where there are more of them than processors. */
const NICENESS = 5;

/** On Linux this is of the calling thread and of those it starts; elsewhere it would be of the whole process. */
export function giveWay(): void {
  if (platform !== 'linux') return;
  try {
    setPriority(NICENESS);
  } catch {
    // A process may have been forbidden to; it goes on as it is.
  }
}
