import { type Static, Type } from '@sinclair/typebox';
import { Count, PerMille, record } from './common.ts';

/** One operator at one moment: how fast, how busy, how full. The three shares sum to about 1,000. */
export const OperatorPoint = record({
  id: Type.String({ description: 'In the plan.' }),
  in_per_second: Type.Number(),
  out_per_second: Type.Number(),
  busy: PerMille,
  idle: PerMille,
  backpressured: PerMille,
  queue_depth: Type.Integer({ minimum: 0, description: 'Batches waiting before it.' }),
  dead_lettered: Count,
  filtered: Count,
});
export type OperatorPoint = Static<typeof OperatorPoint>;

/** All operators at one moment, in plan order: what Live shows now and what a past run is scrubbed through. */
export const TimelinePoint = record({
  elapsed_ms: Type.Number({ description: 'Since the run began.' }),
  file: Type.String({ description: 'Name of the file being loaded.' }),
  bytes: Type.Number({ description: 'Of the run, so far.' }),
  records: Type.Number({ description: 'Read by the run, so far.' }),
  operators: Type.Array(OperatorPoint),
});
export type TimelinePoint = Static<typeof TimelinePoint>;
