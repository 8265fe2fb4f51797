import { randomUUID } from 'node:crypto';
import { Value } from '@sinclair/typebox/value';
import type { WebSocket } from 'ws';
import {
  CLOSE_CODES,
  ClientMessage,
  type Delta,
  type Heartbeat,
  type LiveError,
  PROTOCOL_VERSION,
  type ServerMessage,
  type Snapshot,
  TOPICS,
  type Topic,
} from '../protocol.ts';
import { LiveClient } from './live-client.ts';
import type { LiveStore } from './live-store.ts';

export interface HubOptions {
  readonly frameMs: number;
  readonly now: () => number;
  /** Operators whose records some client looks at. */
  readonly onWatched: (operators: readonly string[]) => void;
}

/** How a client joins. */
export interface Joining {
  readonly topics: readonly Topic[];
  readonly session: string | undefined;
  readonly since: number | undefined;
}

const HEARTBEAT_MS = 5_000;
const PING_MS = 15_000;
const MOST_CLIENTS = 5_000;
/** Each message costs the system some 10 µs of writing, which the run at hand loses: with many clients frames come less often. */
const FRAME_MS_PER_CLIENT = 0.36;
const LONGEST_FRAME_MS = 400;
/** After so long of sending, others get their turn on the thread: requests are answered between two clients' messages. */
const SLICE_MS = 3;

/** Messages made for a frame, for all clients of the same view and place. */
interface Frame {
  readonly clients: Iterator<LiveClient>;
  readonly made: Made;
}

/** By what a message depends on; null is nothing to say. */
type Made = Map<string, Buffer | null>;

/** Sends each client what changed since it was sent something last, at most once a frame. */
export class Hub {
  readonly session = randomUUID();
  readonly #store: LiveStore;
  readonly #options: HubOptions;
  readonly #clients = new Set<LiveClient>();
  readonly #timers: NodeJS.Timeout[] = [];
  #nextFrame: NodeJS.Timeout | null = null;
  #nextSlice: NodeJS.Immediate | null = null;
  #framedAt = Number.NEGATIVE_INFINITY;
  #dropped = 0;

  constructor(store: LiveStore, options: HubOptions) {
    this.#store = store;
    this.#options = options;
    store.onChange(() => this.#schedule());
    this.#timers.push(setInterval(() => this.#beat(), 1_000).unref(), setInterval(() => this.#ping(), PING_MS).unref());
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Frames that clients did not get because they had not taken those before. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Can one more be served? */
  get hasRoom(): boolean {
    return this.#clients.size < MOST_CLIENTS;
  }

  join(socket: WebSocket, { topics, session, since }: Joining): void {
    const client = new LiveClient(socket, new Set(topics.length > 0 ? topics : TOPICS));
    this.#clients.add(client);
    socket.on('message', (data: Buffer) => this.#received(client, data));
    socket.on('close', () => this.#left(client));
    socket.on('error', () => socket.terminate());
    if (session === this.session && since !== undefined) client.seq = since;
    this.#update(client, performance.now(), new Map());
    // Also where nothing has changed since: the client learns that it is back.
    if (client.sentAt === 0) this.#heartbeat(client, performance.now());
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#nextFrame) clearTimeout(this.#nextFrame);
    if (this.#nextSlice) clearImmediate(this.#nextSlice);
    this.#store.onChange(() => {});
    for (const client of this.#clients) client.close(CLOSE_CODES.going);
  }

  #schedule(): void {
    if (this.#nextFrame || this.#nextSlice || this.#clients.size === 0) return;
    const frameMs = Math.max(
      this.#options.frameMs,
      Math.min(LONGEST_FRAME_MS, this.#clients.size * FRAME_MS_PER_CLIENT),
    );
    const wait = Math.max(0, this.#framedAt + frameMs - performance.now());
    this.#nextFrame = setTimeout(() => this.#beginFrame(), wait);
  }

  #beginFrame(): void {
    this.#nextFrame = null;
    this.#framedAt = performance.now();
    this.#sendSlice({ clients: this.#clients.values(), made: new Map() });
  }

  #sendSlice(frame: Frame): void {
    this.#nextSlice = null;
    const began = performance.now();
    let now = began;
    for (let next = frame.clients.next(); !next.done; next = frame.clients.next()) {
      this.#update(next.value, now, frame.made);
      now = performance.now();
      if (now - began >= SLICE_MS) {
        this.#nextSlice = setImmediate(() => this.#sendSlice(frame));
        return;
      }
    }
    this.#endFrame();
  }

  #endFrame(): void {
    // Those that were not ready have changes to come, and so have those that were sent something before the last change.
    const { seq } = this.#store;
    for (const client of this.#clients) {
      if (client.seq === null || client.seq < seq) this.#schedule();
    }
  }

  /** Sends the client what it has not seen; `made` keeps messages for others like it. */
  #update(client: LiveClient, now: number, made: Made): void {
    if (client.seq === this.#store.seq) return;
    if (!client.isReady(now)) {
      this.#dropped++;
      return;
    }
    const key = `${this.#store.seq} ${client.viewKey}`;
    let message = made.get(key);
    if (message === undefined) {
      const text = this.#message(client);
      // Turned into bytes once, for all of them.
      message = text === null ? null : Buffer.from(text);
      made.set(key, message);
    }
    if (message === null) client.seq = this.#store.seq;
    else client.send(message, this.#store.seq, now);
  }

  /** Null if nothing that the client follows has changed. */
  #message(client: LiveClient): string | null {
    const found = client.seq === null ? null : this.#store.since(client.seq, client);
    if (!found) return this.#snapshot(client);
    const { changes, filesGone } = found;
    if (Object.keys(changes).length === 0 && filesGone.length === 0) return null;
    const gone = filesGone.length > 0 ? { files_gone: [...filesGone] } : {};
    return this.#text<Delta>({ type: 'delta', seq: this.#store.seq, changes, ...gone });
  }

  #snapshot(client: LiveClient): string {
    const { session } = this;
    const state = this.#store.snapshot(client);
    return this.#text<Snapshot>({ type: 'snapshot', session, seq: this.#store.seq, topics: [...client.topics], state });
  }

  #text<Message extends ServerMessage>(message: Omit<Message, 'v' | 'at'>): string {
    return JSON.stringify({ v: PROTOCOL_VERSION, at: new Date(this.#options.now()).toISOString(), ...message });
  }

  #received(client: LiveClient, data: Buffer): void {
    if (!client.mayAsk(performance.now())) {
      client.close(CLOSE_CODES.policy);
      return;
    }
    const message = parsed(data);
    if (message) this.#obey(client, message);
    else {
      const said = 'expected a message of type subscribe, tap or ping as docs/live-protocol.md describes it';
      client.socket.send(this.#text<LiveError>({ type: 'error', code: 'invalid_message', message: said }));
    }
  }

  #obey(client: LiveClient, message: ClientMessage): void {
    switch (message.type) {
      case 'subscribe':
        client.topics = new Set(message.topics);
        client.seq = null;
        this.#update(client, performance.now(), new Map());
        break;
      case 'tap':
        client.tap = message.operator;
        this.#watch();
        break;
      case 'ping':
        this.#heartbeat(client, performance.now());
    }
  }

  #left(client: LiveClient): void {
    this.#clients.delete(client);
    if (client.tap !== null) this.#watch();
  }

  #watch(): void {
    const operators = new Set([...this.#clients].flatMap(({ tap }) => (tap === null ? [] : [tap])));
    this.#store.keepTaps(operators);
    this.#options.onWatched([...operators]);
  }

  #beat(): void {
    const now = performance.now();
    for (const client of this.#clients) {
      if (now - client.sentAt >= HEARTBEAT_MS && client.isReady(now)) this.#heartbeat(client, now);
    }
  }

  #heartbeat(client: LiveClient, now: number): void {
    client.sentAt = now;
    client.socket.send(this.#text<Heartbeat>({ type: 'heartbeat', seq: client.seq ?? this.#store.seq }));
  }

  /** Who has not answered the ping before is gone. */
  #ping(): void {
    for (const client of this.#clients) {
      if (!client.isAlive) client.socket.terminate();
      else {
        client.isAlive = false;
        client.socket.ping();
      }
    }
  }
}

function parsed(data: Buffer): ClientMessage | null {
  try {
    const message: unknown = JSON.parse(data.toString());
    return Value.Check(ClientMessage, message) ? message : null;
  } catch {
    return null;
  }
}
