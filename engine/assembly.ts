import type { Duplex, Readable, Writable } from 'node:stream';
import { Agreement } from './graph/agreement.ts';
import { Edge } from './graph/edge.ts';
import { Inlet } from './graph/inlet.ts';
import { Outlet } from './graph/outlet.ts';
import { LeadingSource, type Pace, SoleSource } from './graph/pace.ts';
import { type PlanEdge, type Segment, segmentsOf } from './graph/segments.ts';
import { SideWays, type Stop } from './graph/side-way.ts';
import { stageGate } from './graph/stage-gate.ts';
import { OperatorMeter, type OperatorMetrics } from './metrics.ts';
import type { Checkpoint } from './operator.ts';
import { contextOf, type OperatorChain, operatorChain, type Surroundings } from './operator-chain.ts';
import { committedTo, type SourceStream, sourceStream } from './operator-stream.ts';
import type { PlanNode } from './plan.ts';
import type { RunRequest } from './run.ts';

/** Streams for `pipeline` to run one into the next. */
export type Line = readonly [Readable, ...Duplex[], Writable];

export interface Listener {
  committed(checkpoint: Checkpoint): void;
  /** Metrics of the operators that run on another thread. */
  sampled(operators: readonly OperatorMetrics[]): void;
  /** That thread has been given all there is. */
  handedOver(): void;
}

/** The streams of a plan: one line for a plain list, for a graph one for each list between its forks and joins. */
export class Assembly {
  readonly #request: RunRequest;
  readonly #surroundings: Surroundings;
  readonly #listener: Listener;
  readonly #sources: SourceStream[] = [];
  readonly #chains = new Map<Segment, OperatorChain>();
  readonly #meters = new Map<string, OperatorMeter>();

  constructor(request: RunRequest, surroundings: Surroundings, listener: Listener) {
    this.#request = request;
    this.#surroundings = surroundings;
    this.#listener = listener;
  }

  /** By operator's id, of those that run on this thread. */
  get meters(): ReadonlyMap<string, OperatorMeter> {
    return this.#meters;
  }

  /** Throws what the operators throw when they are made; those made by then are closed by {@link close}. */
  build(): Line[] {
    const segments = segmentsOf(this.#request.plan, this.#request.stage?.from);
    const [only, ...others] = segments;
    return only && others.length === 0 ? [this.#list(only)] : this.#graph(segments);
  }

  /** Resolves when every operator has been closed. */
  async close(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.abandon()));
    const chains = [...this.#chains.values()];
    for (const operator of chains.flatMap(({ operators }) => operators)) operator.destroy();
    await Promise.all(chains.map(({ closed }) => closed));
  }

  #list(segment: Segment): Line {
    const source = this.#source(segment.source!, new SoleSource(this.#firstCheckpoint));
    const chain = this.#chain(segment, this.#surroundings);
    const { committed } = this.#listener;
    const tail = segment.staged.length > 0 ? this.#stage(segment.staged, committed) : committedTo(committed);
    return [source, ...(chain ? [chain.stream] : []), tail];
  }

  #graph(segments: readonly Segment[]): Line[] {
    const agreement = new Agreement(this.#listener.committed);
    const ends = segments.filter(({ outputs }) => outputs.length === 0);
    const leaving = new Set(ends.length > 1 ? ends.flatMap(lastOf) : []);
    for (const segment of segments) this.#chain(segment, { ...this.#surroundings, graph: { agreement, leaving } });
    this.#seekAgreement(agreement);
    const edges = new Map(segments.flatMap(({ inputs }) => inputs.map((edge) => [edge, new Edge(edge)] as const)));
    const entries = this.#entries(segments, edges);
    const ways = this.#sideWays();
    return segments.map((segment, index): Line => {
      const chain = this.#chains.get(segment);
      return [entries[index]!, ...(chain ? [chain.stream] : []), ...this.#exit(segment, edges, ways, agreement)];
    });
  }

  /** Who must have added their part to a checkpoint, and who makes it durable. */
  #seekAgreement(agreement: Agreement): void {
    const streams = [...this.#chains.values()].flatMap((chain) => chain.operators);
    const stages = this.#request.stage ? 1 : 0;
    agreement.include(streams.length, streams.filter(({ commits }) => commits).length, stages);
  }

  #entries(segments: readonly Segment[], edges: ReadonlyMap<PlanEdge, Edge>): Readable[] {
    const { plan, registry } = this.#request;
    const inlets = segments.map((segment) => {
      if (segment.source) return null;
      const [first] = segment.nodes;
      const stream = this.#chains.get(segment)?.operators[0];
      const incoming = segment.inputs.map((edge) => edges.get(edge)!);
      const meter = first && this.#meters.get(first.id);
      if (meter && stream)
        meter.queueDepth = () => incoming.reduce((sum, { length }) => sum + length, stream.writableLength);
      const ordered = stream?.ordered === true && incoming.length > 1;
      const tagged = first !== undefined && registry.get(first.operator)?.inputs !== undefined;
      return { stream: new Inlet(incoming, { tagged, ordered }), ordered };
    });
    const leading = new LeadingSource({
      firstCheckpoint: this.#firstCheckpoint,
      ids: plan.map(({ id }) => id),
      ticks: inlets.some((inlet) => inlet?.ordered),
      signal: this.#surroundings.signal,
    });
    return segments.map(({ source }, index) => {
      if (!source) return inlets[index]!.stream;
      return this.#source(source, source === plan[0] ? leading : leading.follower());
    });
  }

  #exit(
    { nodes, source, staged, outputs }: Segment,
    edges: ReadonlyMap<PlanEdge, Edge>,
    ways: SideWays,
    agreement: Agreement,
  ): [...Duplex[], Writable] {
    if (staged.length > 0) return [stageGate(agreement), this.#stage(staged, (each) => agreement.committed(each))];
    if (outputs.length === 0) return [committedTo(() => {})];
    const last = nodes.at(-1) ?? source;
    const leaving = outputs.map((edge) => edges.get(edge)!);
    const ids = outputs.map(({ to }) => to);
    const sideEdge = (port: string) => leaving[ids.indexOf(ways.best(port, ids) ?? '')];
    return [new Outlet(last?.id ?? '', leaving, sideEdge)];
  }

  #sideWays(): SideWays {
    const { plan } = this.#request;
    const streams = new Map(
      [...this.#chains.values()].flatMap(({ operators }) => operators.map((each) => [each.id, each])),
    );
    const stops = plan.map(({ id }): [string, Stop] => {
      const next = plan.filter(({ inputs }) => inputs.some(({ from }) => from === id)).map((node) => node.id);
      const { ports = null, commits = true } = streams.get(id) ?? {};
      return [id, { ports, commits, next }];
    });
    return new SideWays(new Map(stops));
  }

  get #firstCheckpoint(): number {
    const { resume } = this.#request;
    return resume ? resume.number + 1 : 0;
  }

  #source(node: PlanNode, pace: Pace): Readable {
    const { plan, registry, resume } = this.#request;
    const { measure, states } = this.#surroundings;
    const isFirst = node === plan[0];
    const meter = new OperatorMeter(node.id);
    if (!isFirst) meter.counts.isSource = true;
    this.#meters.set(node.id, meter);
    const state = isFirst ? resume?.source : states[node.id];
    const options = resume && state !== undefined ? { ...node.options, resume: state } : node.options;
    // Its records stand on no line of the split's file.
    const split = isFirst ? this.#request.split : { ...this.#request.split, file: node.id };
    const context = contextOf(node.id, { ...this.#surroundings, split });
    // Plans are made from the registry, and what has no inputs is a source.
    const instance = registry.get(node.operator)!.source!(options, context);
    const source = sourceStream(instance, { meter, measure, split }, pace);
    this.#sources.push(source);
    return source.stream;
  }

  #chain(segment: Segment, surroundings: Surroundings): OperatorChain | null {
    if (segment.nodes.length === 0) return null;
    const chain = operatorChain(segment.nodes, surroundings);
    this.#chains.set(segment, chain);
    for (const meter of chain.meters) this.#meters.set(meter.id, meter);
    return chain;
  }

  #stage(staged: readonly PlanNode[], committed: (checkpoint: Checkpoint) => void): Writable {
    const { stage, sampleMs = 250, split } = this.#request;
    const { measure, states } = this.#surroundings;
    const { sampled, handedOver } = this.#listener;
    const listener = { committed, sampled, handedOver };
    // Only a plan with a stage has operators for it.
    return stage!.thread.begin({ plan: staged, split, measure, states, sampleMs }, listener);
  }
}

/** Id of the operator at the end of a list, if that runs here. */
function lastOf({ nodes, staged }: Segment): string[] {
  const last = nodes.at(-1);
  return last && staged.length === 0 ? [last.id] : [];
}
