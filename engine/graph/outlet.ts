import { Writable } from 'node:stream';
import { type Batch, MAIN } from '../batch.ts';
import { TillstreamError } from '../errors.ts';
import type { Edge } from './edge.ts';
import type { Flow } from './signals.ts';

/**
 * Where edges part behind an operator: records go by the edge of their port, side outputs by the one that leads to whoever takes them,
 * and all else by every edge.
 */
export class Outlet extends Writable {
  readonly #operator: string;
  readonly #edges: readonly Edge[];
  readonly #sideEdge: (port: string) => Edge | undefined;

  /** `sideEdge` tells where batches of a port go that no edge is for. */
  constructor(operator: string, edges: readonly Edge[], sideEdge: (port: string) => Edge | undefined) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#operator = operator;
    this.#edges = edges;
    this.#sideEdge = sideEdge;
  }

  override _write(item: Flow, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#send(item).then(() => callback(), callback);
  }

  override _final(callback: () => void): void {
    for (const edge of this.#edges) edge.close();
    callback();
  }

  async #send(item: Flow): Promise<void> {
    if (!('kind' in item)) return this.#sendBatch(item);
    // On all edges at once: one that is full must not keep it from the others.
    await Promise.all(this.#edges.map((edge) => edge.put(item)));
  }

  async #sendBatch(batch: Batch): Promise<void> {
    const { port } = batch;
    const edge = this.#edges.find((each) => each.port === port);
    if (edge) return edge.put(port === MAIN ? batch : moved(batch));
    if (port !== MAIN) return this.#sideEdge(port)?.put(batch);
    const ports = this.#edges.map((each) => each.port).join(', ');
    throw new TillstreamError(
      'undeclared_output',
      `operator "${this.#operator}" emitted records on "main", but its outputs are: ${ports}`,
      { operator: this.#operator },
    );
  }
}

/** The batch as it arrives: with other records of its operator on `main`. */
function moved(batch: Batch): Batch {
  const arriving = batch.with({ port: MAIN });
  arriving.hold();
  batch.release();
  return arriving;
}
