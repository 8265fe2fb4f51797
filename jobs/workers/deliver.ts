import { deliver } from '../deliver.ts';
import { runAsWorker } from '../schedule/worker.ts';

runAsWorker(deliver);
