import type { Test } from 'tap';

/** A folder of the test's own. It is removed last: what is torn down, a server for one, still writes to it. */
export function ownFolder(t: Test): string {
  // tap tears down what was added after the folder only when that is gone.
  t.teardown(() => {});
  return t.testdir();
}
