import { retention } from '../retention.ts';
import { runAsWorker } from '../schedule/worker.ts';

runAsWorker(retention);
