import { type Static, Type } from '@sinclair/typebox';

/** What is watched, and how closely: the `monitoring` part of the configuration. */
export const MonitoringSettings = Type.Object(
  {},
  { additionalProperties: false, description: 'What is watched, and how closely.' },
);
export type MonitoringSettings = Static<typeof MonitoringSettings>;
