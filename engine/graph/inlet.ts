import { Readable } from 'node:stream';
import { MAIN } from '../batch.ts';
import type { Checkpoint } from '../operator.ts';
import type { Edge } from './edge.ts';
import type { Flow } from './signals.ts';

export interface InletOptions {
  /** Whether the operator is told at which input a batch came in. */
  readonly tagged: boolean;
  /** See `OperatorInstance.ordered`. */
  readonly ordered: boolean;
}

/**
 * Where edges come together before an operator. A checkpoint goes on when it has come in everywhere; until then the inputs where it
 * has are left waiting, and with them whoever sends there (barrier alignment: Chandy and Lamport, 1985; Carbone et al., 2015).
 *
 * Nothing waits in a circle: a checkpoint is put on all edges of a fork at once and before anything that follows it, so no input that
 * is held keeps it from the others. In order, an input waits for another one to be through with a batch of the source; meanwhile it
 * takes all that is made of that batch, however much, so that the fork before them can go on to tell the other.
 */
export class Inlet extends Readable {
  readonly #edges: readonly Edge[];
  readonly #options: InletOptions;
  /** Edges in the order in which something came in. */
  readonly #arrivals: Edge[] = [];
  readonly #ready: Flow[] = [];
  #tick = 0;
  #isWanted = false;
  #isPumping = false;

  constructor(edges: readonly Edge[], options: InletOptions) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#edges = edges;
    this.#options = options;
    for (const edge of edges) edge.onArrival = (from) => this.#arrived(from);
  }

  override _read(): void {
    this.#isWanted = true;
    this.#pump();
  }

  #arrived(edge: Edge): void {
    if (!this.#options.ordered) this.#arrivals.push(edge);
    if (this.#isWanted) this.#pump();
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#isWanted && !this.destroyed) {
      const item = this.#ready.shift();
      if (item) this.#isWanted = this.push(item);
      else if (this.#edges.every((edge) => edge.isClosed)) this.#isWanted = this.push(null);
      else if (!this.#takeNext()) break;
    }
    this.#isPumping = false;
  }

  #takeNext(): boolean {
    const edge = this.#options.ordered ? this.#nextInOrder() : this.#firstToArrive();
    if (!edge) return false;
    this.#take(edge);
    return true;
  }

  #firstToArrive(): Edge | undefined {
    const index = this.#arrivals.findIndex((edge) => !edge.isHeld);
    return this.#arrivals.splice(index, index < 0 ? 0 : 1)[0];
  }

  /** The edge that is least far; undefined while nothing is there. */
  #nextInOrder(): Edge | undefined {
    const open = this.#edges.filter((edge) => !edge.isHeld && !edge.isClosed);
    const over = open.find((edge) => edge.hasEnded && edge.isReady);
    if (over) return over;
    const least = open.filter((edge) => !edge.hasEnded).reduce<Edge | undefined>(behind, undefined);
    const isStarved = least !== undefined && !least.isReady;
    for (const edge of open) {
      edge.isGenerous = isStarved;
      edge.admit();
    }
    return isStarved ? undefined : least;
  }

  #take(edge: Edge): void {
    const item = edge.take();
    if (!item) this.#ended(edge);
    else if (!('kind' in item)) {
      this.#ready.push(this.#options.tagged ? { kind: 'arrival', input: edge.input, batch: item } : item);
    } else if (item.kind === 'checkpoint') this.#hold(edge, item);
    else if (item.kind === 'ended') this.#ended(edge);
    else if (item.kind === 'tick') edge.tick = item.number;
    this.#advance();
  }

  #hold(edge: Edge, checkpoint: Checkpoint): void {
    if (checkpoint.position.last) this.#ended(edge);
    edge.isHeld = true;
    edge.isGenerous = false;
    if (!this.#edges.every(({ isHeld, isClosed }) => isHeld || isClosed)) return;
    this.#tick = 0;
    for (const each of this.#edges) {
      each.isHeld = false;
      each.tick = 0;
    }
    this.#ready.push(checkpoint);
  }

  #ended(edge: Edge): void {
    if (edge.hasEnded) return;
    edge.hasEnded = true;
    const all = this.#edges.every(({ hasEnded }) => hasEnded);
    this.#ready.push({ kind: 'ended', input: this.#options.tagged ? edge.input : MAIN, all });
  }

  /** What comes after this operator is told how far its inputs are. */
  #advance(): void {
    const open = this.#edges.filter(({ isHeld, hasEnded }) => !isHeld && !hasEnded);
    const least = Math.min(...open.map(({ tick }) => tick));
    if (open.length === 0 || least <= this.#tick) return;
    this.#tick = least;
    this.#ready.push({ kind: 'tick', number: least });
  }
}

function behind(least: Edge | undefined, edge: Edge): Edge {
  return least && least.tick <= edge.tick ? least : edge;
}
