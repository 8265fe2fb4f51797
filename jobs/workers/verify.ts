import { runAsWorker } from '../schedule/worker.ts';
import { verifyFigures } from '../verify.ts';

runAsWorker(verifyFigures);
