import { dailyRun } from '../daily-run.ts';
import { runAsWorker } from '../schedule/worker.ts';

runAsWorker(dailyRun);
