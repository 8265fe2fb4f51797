import { type Static, Type } from '@sinclair/typebox';

/** When jobs run: the `jobs` part of the configuration. */
export const JobSettings = Type.Object({}, { additionalProperties: false, description: 'When jobs run.' });
export type JobSettings = Static<typeof JobSettings>;
