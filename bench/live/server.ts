import { homeAt } from '../../jobs/home.ts';
import { serve } from '../../server/serve.ts';

/** Serves the home named on a free port until it is told to stop, and says which port. */
const serving = await serve({ home: homeAt(process.argv[2] ?? ''), port: 0, requestsPer10s: 1_000_000_000 });
process.send?.(serving.port);
process.once('disconnect', () => void serving.stop());
