import type { Database } from 'better-sqlite3';
import { openOperations } from '../../db/operations/connection.ts';
import { channelStates } from '../../db/operations/outbox.ts';
import { noteServedAt } from '../../db/operations/served-at.ts';
import { alertPolicy } from '../../jobs/alert/policy.ts';
import type { AlertSettings } from '../../operators/dataset/settings/alerts.ts';
import type { ChannelDelivery } from '../schemas/alerts.ts';
import { channelAnswer } from './alert-answers.ts';

export interface AlertServiceOptions {
  readonly file: string;
  readonly now: () => number;
  /** As they are configured now. */
  readonly settings: () => AlertSettings;
}

/** Alerts, checks and deliveries as the server reads and changes them, and who is told when others have changed them. */
export class AlertService {
  readonly db: Database;
  readonly now: () => number;
  readonly #settings: () => AlertSettings;
  #version = -1;
  #listener: () => void = () => {};

  constructor({ file, now, settings }: AlertServiceOptions) {
    this.db = openOperations(file);
    [this.now, this.#settings] = [now, settings];
  }

  /** Hears of every change, of whichever process, once {@link look} has seen it. */
  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  /** Looks whether others have changed anything. Costs microseconds where they have not. */
  look(): void {
    const version = this.db.pragma('data_version', { simple: true }) as number;
    if (version === this.#version) return;
    this.#version = version;
    this.#listener();
  }

  /** Something was changed here. */
  changed(): void {
    this.#listener();
  }

  /** The dashboard is served there: links in what is sent lead to it. */
  servedAt(url: string): void {
    noteServedAt(this.db, url);
  }

  channels(): ChannelDelivery[] {
    const now = this.now();
    const on = alertPolicy(this.#settings()).channels.map(({ channel }): string => channel);
    return channelStates(this.db, now).map((state) => channelAnswer(state, now, on.includes(state.channel)));
  }

  close(): void {
    this.db.close();
  }
}
