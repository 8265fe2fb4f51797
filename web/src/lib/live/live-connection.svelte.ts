import type { LiveState, ServerMessage } from '../server-types.ts';
import { mergeDelta } from './merge.ts';
import { liveAddress, parseMessage, tapMessage } from './messages.ts';

export type ConnectionStatus = 'connecting' | 'open' | 'reconnecting' | 'outdated';

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10_000;
/** The server says something every 5 s; without a word for so long the line is dead. */
const SILENCE_MS = 13_000;

/**
 * What the server shows live. Messages are put together as they come and shown once a frame, so that ten of them a second
 * cost ten small repaints at most, and none while the page is hidden.
 */
export class LiveConnection {
  #state = $state.raw<Partial<LiveState>>({});
  #status = $state<ConnectionStatus>('connecting');
  #tapped = $state<string | null>(null);
  readonly #run = $derived(this.#state.run ?? null);
  readonly #operators = $derived(this.#state.operators ?? NONE);
  readonly #ledger = $derived(this.#state.ledger ?? null);
  readonly #timeline = $derived(this.#state.timeline ?? NONE);
  readonly #kpi = $derived(this.#state.kpi ?? null);
  readonly #version = $derived(this.#state.kpi?.version ?? -1);
  readonly #files = $derived(this.#state.files ?? NONE);
  readonly #runs = $derived(this.#state.runs ?? null);
  readonly #alerts = $derived(this.#state.alerts ?? NONE);
  readonly #monitoring = $derived(this.#state.monitoring ?? null);
  readonly #jobs = $derived(this.#state.jobs ?? NONE);
  readonly #health = $derived(this.#state.health ?? null);
  readonly #tap = $derived(this.#state.tap ?? null);
  readonly #hasState = $derived(this.#state.files !== undefined);

  #next: Partial<LiveState> = {};
  #resume: { session: string; seq: number } | null = null;
  #socket: WebSocket | null = null;
  #frame = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #waitMs = FIRST_WAIT_MS;

  get status(): ConnectionStatus {
    return this.#status;
  }
  /** Has a first snapshot come? */
  get hasState(): boolean {
    return this.#hasState;
  }
  get run() {
    return this.#run;
  }
  get operators(): LiveState['operators'] {
    return this.#operators;
  }
  get ledger() {
    return this.#ledger;
  }
  get timeline(): LiveState['timeline'] {
    return this.#timeline;
  }
  get kpi() {
    return this.#kpi;
  }
  /** Of the warehouse; -1 until known. */
  get version(): number {
    return this.#version;
  }
  get files(): LiveState['files'] {
    return this.#files;
  }
  /** The last runs; null until known. */
  get runs() {
    return this.#runs;
  }
  get alerts(): LiveState['alerts'] {
    return this.#alerts;
  }
  /** When it was last looked, and whether alerts get out; null until known. */
  get monitoring() {
    return this.#monitoring;
  }
  get jobs(): LiveState['jobs'] {
    return this.#jobs;
  }
  get health() {
    return this.#health;
  }
  get tap() {
    return this.#tap;
  }
  /** Id of the operator whose records are asked for. */
  get tapped(): string | null {
    return this.#tapped;
  }

  /** Connects, and stays connected until the function that it returns is called. */
  listen(): () => void {
    const retryNow = () => this.#retryNow();
    addEventListener('online', retryNow);
    this.#connect();
    return () => {
      removeEventListener('online', retryNow);
      clearTimeout(this.#retry);
      clearTimeout(this.#watchdog);
      cancelAnimationFrame(this.#frame);
      const socket = this.#socket;
      this.#socket = null;
      socket?.close();
    };
  }

  /** Asks for records that leave an operator; null for none. */
  watch(operator: string | null): void {
    this.#tapped = operator;
    this.#sendTap();
  }

  #connect(): void {
    const socket = new WebSocket(liveAddress(location.href, this.#resume));
    this.#socket = socket;
    this.#expectWord();
    socket.onopen = () => this.#sendTap();
    socket.onmessage = ({ data }) => this.#received(data as string);
    socket.onclose = () => this.#lost(socket);
  }

  #received(text: string): void {
    const message = parseMessage(text);
    if (!message) {
      this.#status = 'outdated';
      return;
    }
    this.#expectWord();
    this.#waitMs = FIRST_WAIT_MS;
    this.#status = 'open';
    this.#take(message);
  }

  #take(message: ServerMessage): void {
    if (message.type === 'error' || message.type === 'heartbeat') return;
    if (message.type === 'snapshot') {
      this.#resume = { session: message.session, seq: message.seq };
      this.#next = message.state;
    } else {
      if (this.#resume) this.#resume.seq = message.seq;
      this.#next = mergeDelta(this.#next, message);
    }
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#state = this.#next;
    });
  }

  #sendTap(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(tapMessage(this.#tapped)));
  }

  #expectWord(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#socket && this.#lost(this.#socket), SILENCE_MS);
  }

  #lost(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    socket.onclose = socket.onmessage = null;
    socket.close();
    clearTimeout(this.#watchdog);
    if (this.#status !== 'outdated') this.#status = 'reconnecting';
    // Not all pages of a shop at the same moment.
    const waitMs = this.#waitMs * (0.75 + Math.random() / 2);
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
    this.#retry = setTimeout(() => this.#connect(), waitMs);
  }

  #retryNow(): void {
    if (this.#socket) return;
    clearTimeout(this.#retry);
    this.#connect();
  }
}

const NONE: never[] = [];

/** The page's one connection. */
export const live = new LiveConnection();
