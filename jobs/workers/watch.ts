import { runAsWorker } from '../schedule/worker.ts';
import { watch } from '../watch.ts';

runAsWorker(watch);
