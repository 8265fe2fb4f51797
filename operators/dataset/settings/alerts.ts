import { type Static, Type } from '@sinclair/typebox';

/** Who hears of what went wrong: the `alerts` part of the configuration. */
export const AlertSettings = Type.Object(
  {},
  { additionalProperties: false, description: 'Who hears of what went wrong.' },
);
export type AlertSettings = Static<typeof AlertSettings>;
