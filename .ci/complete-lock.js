// Adds to package-lock.json what npm leaves out where a registry serves the packages of this platform only: the optional
// packages of other platforms. `npm ci` refuses a lock without them, on every platform. Run it after `npm install`.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const PLATFORM =
  /(android|darwin|freebsd|linux|netbsd|openbsd|sunos|win32)-(arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|x64)(?:-(gnu|musl|msvc))?/;

/** Optional dependencies that packages of the lock name and the lock does not have: name to the package that asks. */
export function missingPackages(lock) {
  const missing = new Map();
  for (const [path, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
    for (const name of Object.keys(optionalDependencies)) {
      if (!(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages))
        missing.set(name, path);
    }
  }
  return missing;
}

function entryFor(name, { dev, optionalDependencies }) {
  const [, os, cpu, libc] = PLATFORM.exec(name) ?? [];
  const library = { musl: 'musl', gnu: 'glibc' }[libc];
  return {
    version: optionalDependencies[name].replace(/^[\^~=]/, ''),
    ...(cpu && { cpu: [cpu] }),
    ...(dev && { dev }),
    ...(library && { libc: [library] }),
    optional: true,
    ...(os && { os: [os] }),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = new URL('../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const missing = missingPackages(lock);
  for (const [name, asker] of missing) lock.packages[`node_modules/${name}`] = entryFor(name, lock.packages[asker]);
  const [root, ...rest] = Object.entries(lock.packages);
  rest.sort(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries([root, ...rest]);
  if (missing.size > 0) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${missing.size} packages of other platforms added`);
}
