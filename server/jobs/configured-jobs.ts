import { stat } from 'node:fs/promises';
import type { Home } from '../../jobs/home.ts';
import { troubleOf } from '../../jobs/ingest/trouble.ts';
import { type JobDefinition, jobDefinitions } from '../../jobs/schedule/definitions.ts';
import { readConfig } from '../../operators/dataset/config.ts';
import type { AlertSettings } from '../../operators/dataset/settings/alerts.ts';

/** The jobs as the configuration has them now. While it can't be used, they stay as they were. */
export class ConfiguredJobs {
  readonly #home: Home;
  #readAt = Number.NaN;
  #jobs: readonly JobDefinition[] = jobDefinitions();
  #alerts: AlertSettings = {};
  #trouble: string | null = null;

  constructor(home: Home) {
    this.#home = home;
  }

  get jobs(): readonly JobDefinition[] {
    return this.#jobs;
  }

  get alerts(): AlertSettings {
    return this.#alerts;
  }

  /** Why the configuration can't be used, in a sentence. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Reads the configuration if it is another one than before. True if it was read. */
  async refresh(): Promise<boolean> {
    const { config } = this.#home;
    const writtenAt = await stat(config).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    if (writtenAt === this.#readAt) return false;
    this.#readAt = writtenAt;
    try {
      const { jobs, alerts } = await readConfig(config);
      [this.#jobs, this.#alerts, this.#trouble] = [jobDefinitions(jobs), alerts, null];
    } catch (error) {
      this.#trouble = `schedules stay as they were: ${troubleOf(error).message}`;
    }
    return true;
  }
}
