import type { PlanInput } from '../plan.ts';
import type { Flow } from './signals.ts';

/** Items that may wait on an edge before whoever sends them has to wait too. */
const CAPACITY = 1;

/** The way from one operator to an input of another: a short queue. */
export class Edge {
  /** The input that it leads to, as its operator knows it. */
  readonly input: string;
  /** The port whose records it takes. */
  readonly port: string;
  /** Batches of the source that all has come in of, since the last checkpoint. */
  tick = 0;
  /** A checkpoint has come in, and what is behind it has to wait. */
  isHeld = false;
  /** Batches will not come any more. */
  hasEnded = false;
  /** Nothing will come any more. */
  isClosed = false;
  /** Whether it takes more than it has room for, because others can't go on unless its sender does. */
  isGenerous = false;
  readonly #items: Flow[] = [];
  #waiting: (() => void) | null = null;
  #willClose = false;
  #arrived: (edge: Edge) => void = () => {};

  constructor({ name, port }: PlanInput) {
    this.input = name;
    this.port = port;
  }

  /** Tells the operator it leads to of whatever comes. */
  set onArrival(arrived: (edge: Edge) => void) {
    this.#arrived = arrived;
  }

  get length(): number {
    return this.#items.length;
  }

  /** Whether there is something to be taken, if only the news that nothing will come any more. */
  get isReady(): boolean {
    return !this.isClosed && (this.#items.length > 0 || this.#willClose);
  }

  /** The item is on its way at once; the promise is for when there is room for another. */
  put(item: Flow): Promise<void> | void {
    this.#items.push(item);
    this.#arrived(this);
    if (this.#hasRoom()) return;
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Nothing more will be put. */
  close(): void {
    this.#willClose = true;
    this.#arrived(this);
  }

  /** What has waited longest; at the end of all undefined, once. */
  take(): Flow | undefined {
    const item = this.#items.shift();
    if (!item) this.isClosed = true;
    this.admit();
    return item;
  }

  /** Lets the sender go on if there is room. */
  admit(): void {
    if (!this.#waiting || !this.#hasRoom()) return;
    const resolve = this.#waiting;
    this.#waiting = null;
    resolve();
  }

  #hasRoom(): boolean {
    return this.#items.length < CAPACITY || (this.isGenerous && !this.#items.some(endsInterval));
  }
}

/** What stands between what was made of one batch of the source and of the next. */
function endsInterval(item: Flow): boolean {
  return 'kind' in item && (item.kind === 'tick' || item.kind === 'checkpoint');
}
