import websocket from '@fastify/websocket';
import { Type } from '@sinclair/typebox';
import type { App } from '../app.ts';
import { ProblemError } from '../errors.ts';
import { TOPICS, type Topic } from '../protocol.ts';
import { SUBPROTOCOL } from '../security/token.ts';
import type { Services } from '../services.ts';

const LONGEST_MESSAGE = 4 * 1024;

const Query = Type.Object(
  {
    topics: Type.Optional(Type.String({ maxLength: 200, description: 'Separated by commas; all without it.' })),
    session: Type.Optional(Type.String({ maxLength: 100 })),
    since: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
);

/** Must be registered before the route is. */
export async function registerWebSocket(app: App): Promise<void> {
  await app.register(websocket, {
    options: {
      maxPayload: LONGEST_MESSAGE,
      // What is sent is small and often; compressing it costs each client memory and time.
      perMessageDeflate: false,
      // The token may have been offered as a protocol; it is not to be said back.
      handleProtocols: (protocols: Set<string>) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    },
  });
}

/** Follow a run as it goes: docs/live-protocol.md. */
export function liveRoutes(app: App, { hub }: Services): void {
  app.route({
    method: 'GET',
    url: '/live',
    schema: { tags: ['live'], summary: 'WebSocket: snapshot, then what changes', querystring: Query },
    preHandler: async (request) => {
      if (!request.ws) throw new ProblemError('upgrade_required', 'open it as a WebSocket');
      topicsIn(request.query.topics);
      if (!hub.hasRoom) throw new ProblemError('unavailable', 'too many are looking on; try again later');
    },
    handler: async () => '',
    wsHandler: (socket, { query }) => {
      const { topics, session, since } = query as { topics?: string; session?: string; since?: number };
      hub.join(socket, { topics: topicsIn(topics), session, since });
    },
  });
}

function topicsIn(text: string | undefined): Topic[] {
  const names = text?.split(',').filter((name) => name !== '') ?? [];
  return names.map((name) => {
    const topic = TOPICS.find((each) => each === name);
    if (!topic)
      throw new ProblemError(
        'invalid_request',
        `querystring/topics: there is no topic "${name}"; there are ${TOPICS.join(', ')}`,
      );
    return topic;
  });
}
