import { access, constants } from 'node:fs/promises';
import { ledgerOfRun } from '../db/ledger.ts';
import { listRuns } from '../db/runs.ts';
import { ledgerTotals } from '../engine/ledger.ts';
import type { Home } from '../jobs/home.ts';
import type { AlertService } from './alerts/alert-service.ts';
import type { IngestHost } from './ingest/ingest-host.ts';
import type { JobService } from './jobs/job-service.ts';
import type { Health, HealthCheck } from './schemas/health.ts';
import type { WarehouseReader } from './warehouse-reader.ts';

export interface HealthSources {
  readonly home: Home;
  readonly warehouse: WarehouseReader;
  readonly ingest: IngestHost;
  readonly jobs: JobService;
  readonly alerts: AlertService;
  readonly version: string;
}

/** Asks every part whether it works. Never throws: what fails is in the answer. */
export async function checkHealth({ home, warehouse, ingest, jobs, alerts, version }: HealthSources): Promise<Health> {
  const checks = [
    await check('database', () => databaseWorks(warehouse)),
    await check('inbox', () => inboxWorks(home)),
    await check('ledger', () => ledgerBalances(warehouse)),
    await check('ingest', () => lastRunEnded(warehouse, ingest)),
    await check('scheduler', () => jobsWork(jobs)),
    await check('alerts', () => alertsGetOut(alerts)),
  ];
  const isWell = checks.every(({ status }) => status === 'ok');
  return {
    status: isWell ? 'ok' : 'failing',
    version,
    warehouse_version: checks[0]?.status === 'ok' ? warehouse.version : 0,
    uptime_seconds: Math.round(process.uptime()),
    checks,
  };
}

/** Thrown by a check; its message says what is wrong. */
class Unwell extends Error {}

async function check(name: HealthCheck['name'], ask: () => string | Promise<string>): Promise<HealthCheck> {
  try {
    return { name, status: 'ok', message: await ask() };
  } catch (error) {
    return { name, status: 'failing', message: error instanceof Error ? error.message : String(error) };
  }
}

function databaseWorks(warehouse: WarehouseReader): string {
  const { version, exists } = warehouse;
  return exists ? `answers; version ${version}` : 'not there yet; the first file makes it';
}

async function inboxWorks({ raw }: Home): Promise<string> {
  await access(raw, constants.R_OK | constants.W_OK | constants.X_OK).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'is not there' : 'cannot be read and written';
    throw new Unwell(`${raw} ${why}`);
  });
  return 'can be read and written';
}

function ledgerBalances({ db }: WarehouseReader): string {
  const last = listRuns(db, { limit: 5 }).find(({ status }) => status !== 'running');
  if (!last) return 'no run yet';
  const { balanced, read } = ledgerTotals(ledgerOfRun(db, last.run_id));
  if (!balanced) throw new Unwell(`run ${last.run_id} does not balance: what it read is not what it accounted for`);
  return `run ${last.run_id} balances: ${read.records} records`;
}

function lastRunEnded({ db }: WarehouseReader, ingest: IngestHost): string {
  if (ingest.isRunning) return ingest.isStopping ? 'a run is stopping' : 'a run is at hand';
  const last = listRuns(db, { limit: 1 })[0];
  if (!last) return 'no run yet';
  if (last.status === 'failed')
    throw new Unwell(`run ${last.run_id} failed: ${last.error_message ?? 'no reason given'}`);
  return `run ${last.run_id} is ${last.status}`;
}

/** A job that failed its last attempt, or should run all the time and does not. */
function jobsWork(jobs: JobService): string {
  const { running_here, note, items } = jobs.list();
  if (note !== null) throw new Unwell(note);
  const failed = items.find(({ state, always }) => state === 'failed' || (always && state === 'retrying'));
  if (failed) throw new Unwell(`${failed.name} failed: ${failed.last?.message ?? 'no reason given'}`);
  if (!running_here) return 'jobs are shown, and not run here';
  const next = items.filter(({ next_at }) => next_at !== null).sort((a, b) => a.next_at!.localeCompare(b.next_at!))[0];
  return next ? `${next.name} is next, at ${next.next_at}` : 'no job is due';
}

function alertsGetOut(alerts: AlertService): string {
  const channels = alerts.channels();
  const failing = channels.filter(({ status }) => status === 'failing');
  if (failing.length > 0) throw new Unwell(failing.map(({ message }) => message).join('; '));
  return channels.map(({ message }) => message).join('; ') || 'nothing was to be told yet';
}
