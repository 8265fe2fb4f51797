import { readFile } from 'node:fs/promises';
import Fastify from 'fastify';
import { makeFolders } from '../jobs/home.ts';
import { AlertService } from './alerts/alert-service.ts';
import type { App } from './app.ts';
import { checkHealth } from './health.ts';
import { HomeOperators } from './home-operators.ts';
import { IngestHost } from './ingest/ingest-host.ts';
import { JobService } from './jobs/job-service.ts';
import { FactQueries } from './kpi/fact-queries.ts';
import { AlertFeed } from './live/alert-feed.ts';
import { Hub } from './live/hub.ts';
import { LiveService } from './live/live-service.ts';
import { LiveStore } from './live/live-store.ts';
import { Metrics } from './metrics.ts';
import { describeApi } from './openapi.ts';
import { type FilledOptions, fillServerOptions, type ServerOptions } from './options.ts';
import { answerProblems } from './problems.ts';
import { requestId } from './request-id.ts';
import { alertRoutes } from './routes/alerts.ts';
import { catalogueRoutes } from './routes/catalogue.ts';
import { deadLetterRoutes } from './routes/dead-letters.ts';
import { fileRoutes } from './routes/files.ts';
import { healthRoutes } from './routes/health.ts';
import { jobRoutes } from './routes/jobs.ts';
import { kpiRoutes } from './routes/kpi.ts';
import { liveRoutes, registerWebSocket } from './routes/live.ts';
import { monitoringRoutes } from './routes/monitoring.ts';
import { pageRoutes } from './routes/pages.ts';
import { runRoutes } from './routes/runs.ts';
import { sessionRoutes } from './routes/session.ts';
import { guard } from './security/guard.ts';
import type { Services } from './services.ts';
import { sweepUploads } from './upload.ts';
import { WarehouseReader } from './warehouse-reader.ts';

/** Samples of a run come so often, so that the live view is within a quarter of a second of the truth. */
const SAMPLE_MS = 100;
const BODY_BYTES = 64 * 1024;

/** The app, and what starts runs in it. */
export interface Server {
  readonly app: App;
  readonly ingest: IngestHost;
  readonly hub: Hub;
  readonly jobs: JobService;
  readonly alerts: AlertService;
}

/** Makes the app of a home without listening. Throws `token_needed` or `weak_token`. */
export async function createServer(given: ServerOptions): Promise<Server> {
  const options = fillServerOptions(given);
  await makeFolders(options.home);
  await sweepUploads(options.home.raw, options.now());
  const version = await ownVersion();
  const app = newApp(options);
  const services = await makeServices(app, options, version);
  answerProblems(app);
  // Before whatever may refuse a request, so that it knows which connections it has to close then.
  await registerWebSocket(app);
  const token = await guard(app, options);
  await describeApi(app, version, options.token !== undefined);
  sessionRoutes(app, token);
  await addRoutes(app, services);
  const { ingest, hub, jobs, alerts } = services;
  return { app, ingest, hub, jobs, alerts };
}

function newApp({ logger }: FilledOptions): App {
  const app = Fastify({
    ...{ genReqId: requestId, bodyLimit: BODY_BYTES, requestIdHeader: false as const },
    ...(logger !== undefined && { logger }),
    routerOptions: { maxParamLength: 200 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array', allErrors: true, verbose: true } },
  }) as unknown as App;
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  return app;
}

async function makeServices(app: App, options: FilledOptions, version: string): Promise<Services> {
  const { home, frameMs, now } = options;
  const operators = new HomeOperators(home.dir, (error) => app.log.warn({ err: error }, 'cannot use an operator'));
  await operators.load();
  const warehouse = new WarehouseReader(home.database);
  const ingest = new IngestHost(home, SAMPLE_MS);
  const facts = new FactQueries(home.database, warehouse);
  const store = new LiveStore();
  const hub = new Hub(store, { frameMs, now, onWatched: (operators) => ingest.watch(operators) });
  const failed = (error: unknown, what: string) => app.log.warn({ err: error }, `cannot show ${what}`);
  const jobs = new JobService({ home, ingest, isOn: options.jobs, now, failed });
  const alerts = new AlertService({ file: home.operations, now, settings: () => jobs.alertSettings });
  const alertFeed = new AlertFeed(store, alerts, failed);
  const health = () => checkHealth({ home, warehouse, ingest, jobs, alerts, version });
  const live = new LiveService(store, { ...{ home, warehouse, ingest, jobs, health, operators, now, failed } });
  const metrics = measure(app, { ingest, hub, warehouse });
  app.addHook('onReady', async () => {
    ingest.prepare();
    await live.start();
    alertFeed.start();
    await jobs.start();
  });
  // A run reaches its next checkpoint before connections are closed, so that whoever looks on sees it end.
  app.addHook('preClose', async () => {
    await jobs.stop();
    await ingest.close();
    live.stop();
    alertFeed.stop();
    hub.close();
  });
  app.addHook('onClose', async () => {
    await facts.close();
    warehouse.close();
    jobs.close();
    alerts.close();
  });
  return { options, warehouse, jobs, alerts, facts, ingest, hub, live, metrics, operators, health };
}

function measure(app: App, { ingest, hub, warehouse }: Pick<Services, 'ingest' | 'hub' | 'warehouse'>): Metrics {
  const metrics = new Metrics(ingest);
  metrics.gauge('tillstream_live_clients', 'WebSocket clients connected.', () => hub.clients);
  metrics.gauge('tillstream_live_frames_dropped', 'Live messages that slow clients did not get.', () => hub.dropped);
  metrics.gauge(
    'tillstream_warehouse_version',
    'Counts up with every change of the warehouse.',
    () => warehouse.version,
  );
  app.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
  });
  return metrics;
}

async function addRoutes(app: App, services: Services): Promise<void> {
  healthRoutes(app, services);
  kpiRoutes(app, services);
  runRoutes(app, services);
  jobRoutes(app, services);
  monitoringRoutes(app, services);
  alertRoutes(app, services);
  await fileRoutes(app, services);
  deadLetterRoutes(app, services);
  catalogueRoutes(app, services);
  liveRoutes(app, services);
  await pageRoutes(app, services);
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
