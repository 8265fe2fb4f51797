import { createServer } from './create-server.ts';
import { cannotListen } from './errors.ts';
import type { IngestListener, RunOutcome } from './ingest/ingest-host.ts';
import type { RunRequest } from './ingest/messages.ts';
import { fillServerOptions, type ServerOptions } from './options.ts';

export interface ServeOptions extends ServerOptions {
  /** Stops serving, once a run at hand has reached a checkpoint. */
  readonly signal?: AbortSignal;
}

/** A server that listens. */
export interface Serving {
  /** Where it is: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** The same, opening the dashboard with the token shown once; the part after # is never sent anywhere. */
  readonly entry: string;
  readonly port: number;
  /** Runs an ingest on a worker thread and resolves with its outcome; rejects if there could be no run. */
  run(request: RunRequest, listener?: IngestListener): Promise<RunOutcome>;
  /** Resolves when it has stopped, by {@link stop} or the signal. */
  readonly stopped: Promise<void>;
  stop(): Promise<void>;
}

/** Serves a home. Throws `token_needed`, `weak_token` or `cannot_listen`. */
export async function serve({ signal, ...options }: ServeOptions): Promise<Serving> {
  const { host, port, token } = fillServerOptions(options);
  const { app, ingest } = await createServer(options);
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
  return {
    ...{ url, entry: token === undefined ? url : `${url}/#token=${encodeURIComponent(token)}`, port: bound },
    run: (request, listener) => runOnce(ingest, request, listener),
    ...{ stopped, stop },
  };
}

/** The name by which this machine itself reaches the server. */
function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function runOnce(
  ingest: Awaited<ReturnType<typeof createServer>>['ingest'],
  request: RunRequest,
  listener: IngestListener = {},
): Promise<RunOutcome> {
  return new Promise((resolve, reject) => {
    let isOurs = false;
    const stopListening = ingest.listen({
      begun: (begun) => {
        isOurs = begun === request;
        if (isOurs) listener.begun?.(begun);
      },
      event: (event) => isOurs && listener.event?.(event),
      demo: () => isOurs && listener.demo?.(),
      ended: (outcome) => {
        if (!isOurs) return;
        stopListening();
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      },
    });
    if (ingest.request(request) !== 'already_queued') return;
    stopListening();
    reject(new Error('a run is waiting already'));
  });
}
