import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Batch } from './batch.ts';
import { errorData } from './errors.ts';
import { type OperatorChain, operatorChain } from './operator-chain.ts';
import { committedTo, type Item } from './operator-stream.ts';
import type { RegistryModule, Services, ServicesModule } from './services.ts';
import type { FromStage, StageModules, StageRun, StageSetup, ToStage } from './stage-messages.ts';
import { BatchUnpacker } from './transfer.ts';

/** Items that have come from the other thread and wait to be pulled; pulling one gives its sender a credit. */
class Inbox implements AsyncIterable<Item> {
  readonly #items: Item[] = [];
  #ended = false;
  #wake: () => void = () => {};

  put(item: Item): void {
    this.#items.push(item);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    for (;;) {
      const item = this.#items.shift();
      if (item) {
        send({ kind: 'credit' });
        yield item;
      } else if (this.#ended) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

// This file is only ever run as a worker, where there is a parent.
const port = parentPort!;
const send = (message: FromStage): void => port.postMessage(message);

const modules = workerData as StageModules;
const [registryModule, servicesModule] = (await Promise.all([
  import(modules.registryModule),
  import(modules.servicesModule),
])) as [RegistryModule, ServicesModule];
let services: Services = {};
let operatorsHome: string | undefined;
const unpacker = new BatchUnpacker((returned) => send({ kind: 'returned', returned }));
let inbox = new Inbox();
/** Over when the run at hand is. */
let running: Promise<void> = Promise.resolve();
let abort = new AbortController();

port.on('message', (message: ToStage) => {
  switch (message.kind) {
    case 'open':
      void open(message.setup);
      break;
    case 'run':
      inbox = new Inbox();
      abort = new AbortController();
      running = run(message.run, inbox, abort.signal);
      break;
    case 'batch':
      take(unpacker.unpack(message.batch));
      break;
    case 'checkpoint':
      inbox.put(message.checkpoint);
      break;
    case 'end':
      inbox.end();
      break;
    case 'abort':
      abort.abort();
      inbox.end();
      break;
    case 'call':
      void running.then(() => call(message));
      break;
    case 'close':
      void running.then(close);
  }
});

async function open(setup: StageSetup): Promise<void> {
  try {
    operatorsHome = setup.operatorsHome;
    services = await servicesModule.createServices(setup.servicesOptions);
    send({ kind: 'opened' });
  } catch (error) {
    send({ kind: 'opened', error: errorData(error) });
  }
}

function take(batch: Batch): void {
  batch.hold();
  inbox.put(batch);
}

async function run(request: StageRun, items: Inbox, signal: AbortSignal): Promise<void> {
  let chain: OperatorChain | undefined;
  let timer: NodeJS.Timeout | undefined;
  const operators = () => chain?.meters.map((meter) => meter.read()) ?? [];
  try {
    const { split, measure, states } = request;
    const registry = await registryModule.loadRegistry(
      request.plan.map((node) => node.operator),
      operatorsHome,
    );
    const made = operatorChain(request.plan, {
      ...{ registry, services, split, measure, states, signal },
      now: Date.now,
      random: Math.random,
    });
    chain = made;
    timer = setInterval(() => send({ kind: 'sample', operators: operators() }), request.sampleMs);
    const tail = committedTo((checkpoint) => send({ kind: 'committed', checkpoint }));
    await pipeline(Readable.from(items, { highWaterMark: 1 }), made.stream, tail, { signal });
    await made.closed;
    send({ kind: 'ended', operators: operators() });
  } catch (error) {
    await chain?.closed;
    send({ kind: 'ended', error: errorData(error), operators: operators() });
  } finally {
    clearInterval(timer);
  }
}

async function call({ id, service, method, args }: Extract<ToStage, { kind: 'call' }>): Promise<void> {
  try {
    const target = services[service] as Record<string, (...args: unknown[]) => unknown>;
    send({ kind: 'result', id, value: await target[method]!(...args) });
  } catch (error) {
    send({ kind: 'result', id, error: errorData(error) });
  }
}

async function close(): Promise<void> {
  await servicesModule.closeServices?.(services);
  send({ kind: 'closed' });
  port.close();
}
