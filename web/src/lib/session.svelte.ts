import { ask, type RequestError, send } from './api/request.ts';

interface SessionAnswer {
  readonly needed: boolean;
  readonly admitted: boolean;
}

/** Whether this browser may look: a server that others can reach wants its token shown once. */
export class Session {
  #state = $state<'unknown' | 'admitted' | 'locked'>('unknown');
  #error = $state<string | null>(null);

  get state(): 'unknown' | 'admitted' | 'locked' {
    return this.#state;
  }
  get error(): string | null {
    return this.#error;
  }

  async look(): Promise<void> {
    // A server that cannot be reached is the live connection's to report and to wait for.
    const answer = await ask<SessionAnswer>('/session').catch(() => null);
    this.#state = answer && !answer.admitted ? 'locked' : 'admitted';
  }

  async show(token: string): Promise<void> {
    try {
      await send('/session', { token });
      this.#error = null;
      await this.look();
    } catch (error) {
      this.#error = (error as RequestError).message;
    }
  }
}

export const session = new Session();
