import type { WebSocket } from 'ws';
import { CLOSE_CODES, type Topic } from '../protocol.ts';
import type { View } from './live-store.ts';

/** A client with more than this waiting to be sent gets no more until it has taken some. */
const MOST_BUFFERED = 256 * 1024;
const STALLED_MS = 30_000;
const MESSAGES_PER_SECOND = 20;

/** One connection: what it follows, how far it is, and whether it keeps up. */
export class LiveClient implements View {
  readonly socket: WebSocket;
  #topics: ReadonlySet<Topic>;
  #topicsKey = '';
  tap: string | null = null;
  /** Sequence number of what it was sent last; null before its snapshot. */
  seq: number | null = null;
  /** When it was sent something last; `performance.now()`. */
  sentAt = 0;
  /** Whether it has answered the last ping. */
  isAlive = true;
  #stalledAt: number | null = null;
  #window = 0;
  #messages = 0;

  constructor(socket: WebSocket, topics: ReadonlySet<Topic>) {
    this.socket = socket;
    this.#topics = topics;
    this.#topicsKey = [...topics].join();
    socket.on('pong', () => {
      this.isAlive = true;
    });
  }

  /** Clients of the same view and place get the same bytes. */
  get viewKey(): string {
    return `${this.seq} ${this.tap ?? ''} ${this.#topicsKey}`;
  }

  get topics(): ReadonlySet<Topic> {
    return this.#topics;
  }

  set topics(topics: ReadonlySet<Topic>) {
    this.#topics = topics;
    this.#topicsKey = [...topics].join();
  }

  /** Can it take a message now? One that has taken nothing for long is closed. */
  isReady(now: number): boolean {
    if (this.socket.readyState !== this.socket.OPEN) return false;
    if (this.socket.bufferedAmount <= MOST_BUFFERED) {
      this.#stalledAt = null;
      return true;
    }
    this.#stalledAt ??= now;
    if (now - this.#stalledAt > STALLED_MS) this.#giveUp();
    return false;
  }

  send(message: string | Buffer, seq: number, now: number): void {
    this.seq = seq;
    this.sentAt = now;
    this.socket.send(message, { binary: false });
  }

  /** Counts a message from the client; false when there are too many. */
  mayAsk(now: number): boolean {
    if (now - this.#window > 1_000) {
      this.#window = now;
      this.#messages = 0;
    }
    return ++this.#messages <= MESSAGES_PER_SECOND;
  }

  close(code: number): void {
    this.socket.close(code);
  }

  /** What waits would have to be taken before a farewell, so there is none that surely arrives. */
  #giveUp(): void {
    this.socket.close(CLOSE_CODES.stalled);
    this.socket.terminate();
  }
}
