import type { RunReport } from '../jobs/ingest/report.ts';
import type { RunRequest } from '../jobs/ingest/request.ts';
import type { JobListener } from '../jobs/schedule/scheduler.ts';
import { createServer } from './create-server.ts';
import { cannotListen } from './errors.ts';
import type { IngestListener } from './ingest/ingest-host.ts';
import { fillServerOptions, type ServerOptions } from './options.ts';

export interface ServeOptions extends ServerOptions {
  /** Stops serving, once a run at hand has reached a checkpoint. */
  readonly signal?: AbortSignal;
  /** Hears of runs, and of jobs, from the first on. */
  readonly onRun?: IngestListener;
  readonly onJob?: JobListener;
}

/** A server that listens. */
export interface Serving {
  /** Where it is: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** The same, opening the dashboard with the token shown once; the part after # is never sent anywhere. */
  readonly entry: string;
  readonly port: number;
  /** Runs an ingest on a worker thread and resolves with its outcome; rejects if there could be no run. */
  run(request: RunRequest): Promise<RunReport>;
  /** Whether the home's jobs run here, and if they should and do not, why. */
  jobs(): { readonly isRunning: boolean; readonly note: string | null };
  /** Resolves when it has stopped, by {@link stop} or the signal. */
  readonly stopped: Promise<void>;
  stop(): Promise<void>;
}

/** Serves a home. Throws `token_needed`, `weak_token` or `cannot_listen`. */
export async function serve({ signal, onRun, onJob, ...options }: ServeOptions): Promise<Serving> {
  const { host, port, token } = fillServerOptions(options);
  const { app, ingest, jobs, alerts } = await createServer(options);
  if (onRun) ingest.listen(onRun);
  if (onJob) jobs.listen(onJob);
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    throw cannotListen(host, port, cause as NodeJS.ErrnoException);
  }
  const { promise: stopped, resolve, reject } = Promise.withResolvers<void>();
  stopped.catch(() => {});
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= app.close().then(resolve, reject);
    return stopping;
  };
  if (signal?.aborted) await stop();
  signal?.addEventListener('abort', () => void stop(), { once: true });
  const address = app.server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  const url = `http://${shownHost(host)}:${bound}`;
  if (!stopping) alerts.servedAt(url);
  return {
    ...{ url, entry: token === undefined ? url : `${url}/#token=${encodeURIComponent(token)}`, port: bound },
    run: (request) => ingest.run(request),
    jobs: () => ({ isRunning: jobs.isRunning, note: jobs.list().note }),
    ...{ stopped, stop },
  };
}

/** The name by which this machine itself reaches the server. */
function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
