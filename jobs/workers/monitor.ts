import { checkFigures } from '../check-figures.ts';
import { runAsWorker } from '../schedule/worker.ts';

runAsWorker(checkFigures);
