import { Value } from '@sinclair/typebox/value';
import type { Test } from 'tap';
import WebSocket from 'ws';
import { type ClientMessage, type LiveState, ServerMessage } from '../../server/protocol.ts';
import type { Serving } from './serving.ts';

/** A client as the dashboard is one: keeps the state that messages bring, and checks each against the protocol. */
export class Watcher {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  readonly arrivals: number[] = [];
  readonly problems: string[] = [];
  state: Partial<LiveState> = {};
  session = '';
  seq = -1;
  closed: { code: number } | null = null;
  #wake: () => void = () => {};

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => this.#take(JSON.parse(String(data))));
    socket.on('close', (code) => {
      this.closed = { code };
      this.#wake();
    });
    socket.on('error', () => {});
  }

  say(message: ClientMessage | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Waits until it is so. */
  async until(isSo: (watcher: this) => boolean, ms = 20_000): Promise<void> {
    const deadline = Date.now() + ms;
    while (!isSo(this)) {
      if (Date.now() > deadline)
        throw new Error(`never came to be; last: ${JSON.stringify(this.messages.at(-1))?.slice(0, 800)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 50);
      });
    }
  }

  #take(message: unknown): void {
    const errors = [...Value.Errors(ServerMessage, message)];
    if (errors.length > 0) this.problems.push(JSON.stringify({ message, error: deepest(message) }).slice(0, 2_000));
    const known = message as ServerMessage;
    this.messages.push(known);
    this.arrivals.push(performance.now());
    if (known.type === 'snapshot') {
      this.state = structuredClone(known.state);
      this.session = known.session;
      this.seq = known.seq;
    } else if (known.type === 'delta') this.#merge(known);
    this.#wake();
  }

  #merge({ seq, changes, files_gone = [] }: Extract<ServerMessage, { type: 'delta' }>): void {
    this.seq = seq;
    const { timeline = [], files = [], ...plain } = changes;
    Object.assign(this.state, plain);
    this.state.timeline = [...(this.state.timeline ?? []), ...timeline];
    const gone = new Set([...files_gone, ...files.map(({ key }) => key)]);
    this.state.files = [...files, ...(this.state.files ?? []).filter(({ key }) => !gone.has(key))];
  }
}

/** Which part of the message does not fit the type it claims. */
function deepest(message: unknown): unknown {
  const { type } = message as { type?: string };
  const member = ServerMessage.anyOf.find((each) => each.properties.type.const === type);
  return member
    ? [...Value.Errors(member, message)].slice(0, 5).map(({ path, message: said, value }) => ({ path, said, value }))
    : type;
}

export async function watch(
  t: Test,
  serving: Serving,
  query = '',
  options: WebSocket.ClientOptions = {},
): Promise<Watcher> {
  const socket = new WebSocket(`${serving.url.replace('http', 'ws')}/live${query}`, options);
  t.teardown(() => socket.terminate());
  const watcher = new Watcher(socket);
  await watcher.until((w) => w.messages.length > 0 || w.closed !== null);
  return watcher;
}

/** Status and problem that refuse a WebSocket. */
export function refused(
  serving: Serving,
  options: WebSocket.ClientOptions = {},
  protocols: string[] = [],
): Promise<number> {
  const socket = new WebSocket(`${serving.url.replace('http', 'ws')}/live`, protocols, options);
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
      socket.terminate();
    });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('error', () => {});
  });
}
