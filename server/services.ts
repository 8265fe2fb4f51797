import type { AlertService } from './alerts/alert-service.ts';
import type { HomeOperators } from './home-operators.ts';
import type { IngestHost } from './ingest/ingest-host.ts';
import type { JobService } from './jobs/job-service.ts';
import type { FactQueries } from './kpi/fact-queries.ts';
import type { Hub } from './live/hub.ts';
import type { LiveService } from './live/live-service.ts';
import type { Metrics } from './metrics.ts';
import type { FilledOptions } from './options.ts';
import type { Health } from './schemas/health.ts';
import type { WarehouseReader } from './warehouse-reader.ts';

/** What routes work with. */
export interface Services {
  readonly options: FilledOptions;
  readonly warehouse: WarehouseReader;
  readonly jobs: JobService;
  readonly alerts: AlertService;
  readonly facts: FactQueries;
  readonly ingest: IngestHost;
  readonly hub: Hub;
  readonly live: LiveService;
  readonly metrics: Metrics;
  readonly operators: HomeOperators;
  readonly health: () => Promise<Health>;
}
