// JavaScript, as `engine/stage-worker.js` and for its reason.
import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

enableCompileCache();
const { default: Database } = await import('better-sqlite3');

const db = new Database(workerData);
db.pragma('synchronous = NORMAL');

parentPort.on('message', (message) => {
  if (message === 'copy') copy();
  else end();
});

/** Neither waits for the writer nor has it wait. What can't be copied now stays in the log, and the writer will say why. */
function copy() {
  try {
    db.pragma('wal_checkpoint(PASSIVE)');
  } catch {}
}

function end() {
  db.close();
  parentPort.close();
}
