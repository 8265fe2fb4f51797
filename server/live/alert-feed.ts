import { listAlerts } from '../../db/operations/alerts.ts';
import { alertAnswer } from '../alerts/alert-answers.ts';
import type { AlertService } from '../alerts/alert-service.ts';
import { lastMonitorRun } from '../alerts/monitoring-answers.ts';
import type { LiveStore } from './live-store.ts';

/** Others' changes are seen so soon. */
const LOOK_MS = 200;
const MOST_SHOWN = 200;

/** Shows alerts, passes of the checks and deliveries as they are, whoever changes them. */
export class AlertFeed {
  readonly #store: LiveStore;
  readonly #alerts: AlertService;
  readonly #failed: (error: unknown, what: string) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(store: LiveStore, alerts: AlertService, failed: (error: unknown, what: string) => void) {
    this.#store = store;
    this.#alerts = alerts;
    this.#failed = failed;
    alerts.onChange(() => this.#show());
  }

  start(): void {
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  #look(): void {
    try {
      this.#alerts.look();
    } catch (error) {
      this.#failed(error, 'alerts');
    }
  }

  #show(): void {
    const { db } = this.#alerts;
    const open = listAlerts(db, { states: ['open', 'acknowledged'], limit: MOST_SHOWN });
    const alerts = open.map(alertAnswer);
    if (differs(alerts, this.#store.get('alerts'))) this.#store.set('alerts', alerts);
    const monitoring = { last_run: lastMonitorRun(db), channels: this.#alerts.channels() };
    if (differs(monitoring, this.#store.get('monitoring'))) this.#store.set('monitoring', monitoring);
  }
}

function differs(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}
