import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** How a receiver answers one request: with a status, headers and a body, or not at all. */
export type Answer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'hang';

export interface Received {
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever was sent
  readonly body: any;
}

/** Stands in for Slack, or for any program that alerts are posted to. */
export class Receiver {
  /** What the next requests are answered with; 200 when none is left. */
  answers: Answer[] = [];
  /** Requests that came, whatever they were answered. */
  readonly received: Received[] = [];
  /** Of those, the ones that it took. */
  readonly taken: Received[] = [];
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const received = { headers: request.headers, body: JSON.parse(text) };
    this.received.push(received);
    const answer = this.answers.shift() ?? { status: 200 };
    if (answer === 'hang') return;
    if (answer.status === 200) this.taken.push(received);
    response.writeHead(answer.status, answer.headers).end(answer.body ?? 'ok');
  }
}

/** A receiver on a free port, gone after the test. */
export async function receiverOn(t: Test): Promise<Receiver> {
  const server = createServer((request, response) => void receiver.handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const receiver = new Receiver(`http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/secret`);
  return receiver;
}
