import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const ROOT = join(import.meta.dirname, '../..');

t.test('the lock has the packages of all platforms, or npm ci refuses it', async (t) => {
  const { missingPackages } = (await import(join(ROOT, '.ci/complete-lock.js'))) as {
    missingPackages(lock: unknown): Map<string, string>;
  };
  const lock: unknown = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  t.strictSame([...missingPackages(lock).keys()], [], 'node .ci/complete-lock.js adds them');
});
