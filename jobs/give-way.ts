import { setPriority } from 'node:os';
import { platform } from 'node:process';

/**
 * The threads of rows get what the one that serves leaves, which needs little, but at once: at 5, answers waited a tenth of a second
 * for a processor. Linux weighs niceness within a service or session, so that other programs hold up a run little more for it.
 */
const NICENESS = 15;

/** On Linux this is of the calling thread and of those it starts; elsewhere it would be of the whole process. */
export function giveWay(): void {
  if (platform !== 'linux') return;
  try {
    setPriority(NICENESS);
  } catch {
    // A process may have been forbidden to; it goes on as it is.
  }
}
