import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a service saw it. */
export interface Seen {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers a request; what it returns is sent as JSON, unless it has answered by itself. */
export type Respond = (seen: Seen, response: ServerResponse, count: number) => unknown;

/** A real HTTP service on this machine. */
export interface Service {
  readonly origin: string;
  readonly seen: Seen[];
  /** Requests that were being answered at a time, at most. */
  busiest: number;
  /** Ends all connections too. */
  close(): void;
}

export async function serve(respond: Respond): Promise<Service> {
  const seen: Seen[] = [];
  let busy = 0;
  const server: Server = createServer((message, response) => {
    busy++;
    service.busiest = Math.max(service.busiest, busy);
    response.once('close', () => busy--);
    let body = '';
    message.setEncoding('utf8').on('data', (piece) => {
      body += piece;
    });
    message.on('end', async () => {
      const request = { method: message.method ?? '', url: message.url ?? '', headers: message.headers, body };
      seen.push(request);
      const answer = await respond(request, response, seen.length);
      if (answer === undefined || response.headersSent || response.destroyed) return;
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const service: Service = { origin, seen, busiest: 0, close };
  return service;
}
