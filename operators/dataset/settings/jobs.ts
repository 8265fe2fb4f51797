import { type Static, type TSchema, Type } from '@sinclair/typebox';

const closed = <T extends Record<string, TSchema>>(properties: T, description: string) =>
  Type.Object(properties, { additionalProperties: false, description });

/** `24 hours`, `15 minutes`: how often a job runs, as {@link periodMs} reads it. */
export const PERIOD = '^[1-9]\\d{0,4} (second|minute|hour|day)s?$';

const UNIT_MS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Milliseconds of a text that is as {@link PERIOD} says. */
export function periodMs(text: string): number {
  const [count = '', unit = ''] = text.split(' ');
  return Number(count) * UNIT_MS[unit.replace(/s$/, '') as keyof typeof UNIT_MS];
}

const paused = Type.Optional(Type.Boolean({ description: 'true: it does not run until this is changed.' }));

const TURNS = {
  cron: Type.Optional(
    Type.String({
      pattern: '^\\S+( \\S+){4}$',
      description: 'When it runs: minute, hour, day, month and weekday, such as "30 6 * * *" for 06:30 every day.',
    }),
  ),
  every: Type.Optional(
    Type.String({ pattern: PERIOD, description: 'How often it runs, in place of cron: "24 hours", "15 minutes".' }),
  ),
  atStart: Type.Optional(Type.Boolean({ description: 'Whether it also runs when Tillstream starts.' })),
  deadlineMinutes: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, description: 'It is stopped and tried again when it takes longer.' }),
  ),
  attempts: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 20, description: 'How often it is tried before it counts as failed.' }),
  ),
  paused,
};

const days = (description: string) => Type.Optional(Type.Number({ exclusiveMinimum: 0, description }));

const Keep = closed(
  {
    timelineDays: days('What was measured over a run, moment by moment (default 90).'),
    originalDays: days('Files in data/ingested; for ever unless said here.'),
    processedDays: days('Files in data/processed (default 90).'),
    deadLetterDays: days('Rejected records and the files in data/rejected (default 730).'),
    jobRunDays: days('What jobs have said and done (default 90).'),
    checkDays: days('What checks have found (default 365).'),
    alertDays: days('Alerts that are over (default 730).'),
    backups: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Backups of the warehouse, the latest ones (default 7; 0 makes none).' }),
    ),
  },
  'How long what is kept.',
);

/** When jobs run: the `jobs` part of the configuration. */
export const JobSettings = closed(
  {
    timeZone: Type.Optional(
      Type.String({
        minLength: 1,
        description: "Whose clock cron means, such as Europe/Berlin; the machine's own unless said otherwise.",
      }),
    ),
    'daily-run': Type.Optional(
      closed(TURNS, 'Loads the inbox, checks, and reports (default every 24 hours and at start).'),
    ),
    watch: Type.Optional(
      closed(
        {
          rescanSeconds: Type.Optional(
            Type.Number({
              minimum: 1,
              description:
                'How often the inbox is looked at even if nothing was heard of it, as of network drives (default 10).',
            }),
          ),
          paused,
        },
        'Loads files as soon as they are in the inbox.',
      ),
    ),
    monitor: Type.Optional(closed(TURNS, 'Checks the figures (default every hour, and after each run).')),
    deliver: Type.Optional(closed({ paused }, 'Sends alerts.')),
    retention: Type.Optional(
      closed(
        { ...TURNS, keep: Type.Optional(Keep) },
        'Backs up, and deletes what is old (default at 03:30 every day).',
      ),
    ),
    verify: Type.Optional(closed(TURNS, 'Recomputes every total from the single sales (default at 04:30 every day).')),
  },
  'When jobs run.',
);
export type JobSettings = Static<typeof JobSettings>;
export type TurnSettings = NonNullable<JobSettings['daily-run']>;
