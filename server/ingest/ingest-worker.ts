import { parentPort, workerData } from 'node:worker_threads';
import { errorData } from '../../engine/errors.ts';
import { giveWay } from '../../jobs/give-way.ts';
import { homeAt } from '../../jobs/home.ts';
import type { IngestEvent } from '../../jobs/ingest/events.ts';
import { type IngestOptions, ingest } from '../../jobs/ingest.ts';
import type { FromWorker, ToWorker, WorkerInput } from './messages.ts';
import { WatchedOperators } from './tap-watch.ts';
import { tappedRegistry } from './tapped-registry.ts';

type Begin = Extract<ToWorker, { type: 'begin' }>;

/** Runs one ingest away from the thread that serves. */
async function work({ homeDir, sampleMs }: WorkerInput, { request, watched }: Begin): Promise<void> {
  const abort = new AbortController();
  const operators = new WatchedOperators(watched, (sample) => send({ type: 'tap', sample }));
  parentPort?.on('message', (message: ToWorker) => {
    if (message.type === 'cancel') abort.abort();
    else if (message.type === 'watch') operators.watch(message.operators);
  });
  const options: IngestOptions = {
    ...{ home: homeAt(homeDir), signal: abort.signal, sampleMs },
    ...request,
    wrapOperators: (registry) => tappedRegistry(registry, operators),
    onEvent: (event: IngestEvent) => {
      if (event.type === 'file-started') operators.follow(event);
      send({ type: 'event', event });
    },
  };
  send({ type: 'done', report: await ingest(options) });
}

function send(message: FromWorker): void {
  parentPort?.postMessage(message);
}

giveWay();
parentPort?.once('message', (message: ToWorker) => {
  if (message.type !== 'begin') return;
  work(workerData as WorkerInput, message)
    .catch((error: unknown) => send({ type: 'failed', error: errorData(error) }))
    .finally(() => parentPort?.close());
});
