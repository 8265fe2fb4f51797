import { address, ask, send } from '../api/request.ts';
import { Resource } from '../api/resource.svelte.ts';
import type { AlertDetail, AlertPage, Monitoring, MonitoringSeries } from '../server-types.ts';

export type Verdict = 'acknowledge' | 'expected' | 'reopen';

const PAST = ['expected', 'resolved'];
const PAST_SHOWN = 20;

/** What the monitoring page shows, and what can be done there. Which check and alert are open is kept in the address. */
export class MonitorView {
  readonly all = new Resource<Monitoring>();
  readonly series = new Resource<MonitoringSeries>();
  readonly alert = new Resource<AlertDetail>();
  readonly past = new Resource<AlertPage>();
  #params = $state.raw(paramsOf(location.hash));
  #problem = $state('');

  get problem(): string {
    return this.#problem;
  }
  /** Key of the check that is drawn. */
  get check(): string | null {
    return this.#params.get('check');
  }
  /** Id of the alert that is open. */
  get alertId(): number | null {
    const id = Number(this.#params.get('alert'));
    return Number.isInteger(id) && id > 0 ? id : null;
  }

  /** Takes what the address says. */
  read(): void {
    this.#params = paramsOf(location.hash);
  }

  refresh(): void {
    void this.all.load((signal) => ask('/monitoring', { signal }));
    void this.past.load((signal) => ask(address('/alerts', { state: PAST, limit: PAST_SHOWN }), { signal }));
  }

  /** The series of the check that is drawn. */
  refreshSeries(key: string): void {
    void this.series.load((signal) => ask(address('/monitoring/series', { key }), { signal }));
  }

  refreshAlert(id: number): void {
    void this.alert.load((signal) => ask(`/alerts/${id}`, { signal }));
  }

  async checkNow(): Promise<void> {
    await this.#order('/monitoring/run');
  }

  /** Says of an alert what it is; what follows from it comes with the live alerts. */
  async judge(id: number, verdict: Verdict, note = ''): Promise<void> {
    await this.#order(`/alerts/${id}/${verdict}`, note === '' ? undefined : { note });
  }

  cancel(): void {
    for (const resource of [this.all, this.series, this.alert, this.past]) resource.cancel();
  }

  async #order(path: string, body?: unknown): Promise<void> {
    this.#problem = '';
    await send(path, body).catch((error: Error) => {
      this.#problem = error.message;
    });
  }
}

/** The address at which that check is drawn, or that alert open. */
export function monitoringAddress(open: { check: string } | { alert: number }): string {
  return `#/monitoring?${new URLSearchParams(Object.entries(open).map(([name, value]) => [name, String(value)]))}`;
}

function paramsOf(hash: string): URLSearchParams {
  return new URLSearchParams(hash.split('?')[1] ?? '');
}
