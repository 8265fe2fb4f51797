#!/usr/bin/env node
// Runs on any Node since 18: where that is older than what Tillstream needs, it starts again on the one that
// `npm ci` has brought. (The SQLite binding crashes on older ones instead of refusing.)
import { existsSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  module.enableCompileCache?.();
  const { importQuickly } = await import('../engine/quick-imports.ts');
  importQuickly();
  // The thread takes as long to come up as all that `ingest` has to load itself.
  if (process.argv[2] === 'ingest') (await import('../jobs/ingest/launched-thread.ts')).launchAhead();
  const { runProcess } = await import('./process.ts');
  await runProcess();
} else {
  await rerun(pinnedNode());
}

/** Path of the Node that came with the dependencies; they may be the project's or of a folder above it. */
function pinnedNode() {
  const require = module.createRequire(import.meta.url);
  const folders = require.resolve.paths('node') ?? [];
  const found = folders.map((folder) => join(folder, 'node', 'bin', 'node')).find(existsSync);
  if (found) return found;
  console.error(
    `tillstream needs Node ${NEEDED} or newer and this is ${process.version}; run \`npm ci\`, which brings one`,
  );
  process.exit(1);
}

/** @param {string} node */
async function rerun(node) {
  const { spawn } = await import('node:child_process');
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  // The channel is there for one thing: it closes when this process dies, however it dies, and the other then ends too.
  const env = { ...process.env, TILLSTREAM_RERUN: '1' };
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env });
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`tillstream could not start ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 1);
    for (const each of signals) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  });
}
