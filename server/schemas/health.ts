import { type Static, Type } from '@sinclair/typebox';
import { oneOf, record } from './common.ts';

export const HealthCheck = record({
  name: oneOf(['database', 'inbox', 'ledger', 'ingest', 'scheduler', 'alerts'] as const),
  status: oneOf(['ok', 'failing'] as const),
  message: Type.String({ description: 'A sentence for people.' }),
});
export type HealthCheck = Static<typeof HealthCheck>;

/** `GET /health`: 200 when all is well, 503 with the same body otherwise. */
export const Health = record({
  status: oneOf(['ok', 'failing'] as const),
  version: Type.String({ description: 'Of Tillstream.' }),
  warehouse_version: Type.Integer(),
  uptime_seconds: Type.Number(),
  checks: Type.Array(HealthCheck),
});
export type Health = Static<typeof Health>;
