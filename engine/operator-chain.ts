import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { chainUnchecked } from 'stream-chain';
import type { Split } from './batch.ts';
import { withContext } from './errors.ts';
import type { Agreement } from './graph/agreement.ts';
import { OperatorMeter } from './metrics.ts';
import type { OperatorContext } from './operator.ts';
import { OperatorStream } from './operator-stream.ts';
import type { PlanNode, Registry } from './plan.ts';
import { type Services, serviceFrom } from './services.ts';

/** What operators are given to run with. */
export interface Surroundings {
  readonly registry: Registry;
  readonly services: Services;
  readonly split: Split;
  readonly signal: AbortSignal;
  /** The numeric field whose sum the ledger keeps. */
  readonly measure: string;
  /** Operator id to what its snapshot gave at the checkpoint to go on from. */
  readonly states: Readonly<Record<string, unknown>>;
  readonly now: () => number;
  readonly random: () => number;
  /** In a plan of several branches. */
  readonly graph?: {
    readonly agreement: Agreement;
    /** Ids of operators where records leave the plan that may go on elsewhere. */
    readonly leaving: ReadonlySet<string>;
  };
}

export function contextOf(id: string, { split, signal, now, random, services }: Surroundings): OperatorContext {
  return { id, split, signal, now, random, service: <T>(name: string) => serviceFrom<T>(services, name) };
}

/** Operators composed into one Duplex of items. */
export interface OperatorChain {
  readonly stream: Duplex;
  readonly meters: readonly OperatorMeter[];
  readonly operators: readonly OperatorStream[];
  /** Resolves when every operator has been closed. */
  readonly closed: Promise<unknown>;
}

/** Makes the operators of `nodes` and composes them with stream-chain. */
export function operatorChain(nodes: readonly PlanNode[], surroundings: Surroundings): OperatorChain {
  const meters = nodes.map((node) => new OperatorMeter(node.id));
  const streams: OperatorStream[] = [];
  try {
    for (const [index, node] of nodes.entries()) streams.push(operatorStream(node, meters[index]!, surroundings));
  } catch (error) {
    for (const stream of streams) stream.destroy();
    throw error;
  }
  const stream = chainUnchecked(streams, { objectMode: true, highWaterMark: 1 }) as unknown as Duplex;
  const closed = Promise.all(streams.map((each) => (each.closed ? null : once(each, 'close').catch(() => null))));
  return { stream, meters, operators: streams, closed };
}

function operatorStream(node: PlanNode, meter: OperatorMeter, surroundings: Surroundings): OperatorStream {
  const { measure, split, graph } = surroundings;
  // Plans are made from the registry, so a node's operator is there and is no source.
  const operator = surroundings.registry.get(node.operator)!;
  try {
    const inputs = operator.inputs && { inputs: node.inputs.map(({ name }) => name) };
    const instance = operator.create!(node.options, { ...contextOf(node.id, surroundings), ...inputs });
    const state = surroundings.states[node.id];
    if (state !== undefined) instance.restore?.(state);
    const outputs = operator.outputs?.(node.options);
    return new OperatorStream(operator, instance, {
      ...{ meter, measure, split },
      ...(outputs && { outputs }),
      ...(graph && { agreement: graph.agreement, leaves: graph.leaving.has(node.id) }),
    });
  } catch (error) {
    throw withContext(error, { operator: node.id, file: split.file });
  }
}
