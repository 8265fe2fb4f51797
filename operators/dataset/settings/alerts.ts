import { type Static, Type } from '@sinclair/typebox';

const closed = <T extends Parameters<typeof Type.Object>[0]>(properties: T, description: string) =>
  Type.Object(properties, { additionalProperties: false, description });

/** From the mildest to the gravest. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;

const severity = (description: string) =>
  Type.Optional(
    Type.Union(
      SEVERITIES.map((word) => Type.Literal(word)),
      { description },
    ),
  );

const minimumSeverity = severity('Milder ones are not sent there; warning unless said otherwise, for the file info.');
const ClockTime = (description: string) => Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description });

/** Who hears of what went wrong: the `alerts` part of the configuration. */
export const AlertSettings = closed(
  {
    page: Type.Optional(
      Type.String({
        pattern: '^https?://[^\\s/]+',
        description: 'Address at which people open the dashboard, for links in messages.',
      }),
    ),
    channels: Type.Optional(
      closed(
        {
          slack: Type.Optional(
            closed(
              { minimumSeverity },
              'Slack, by the incoming webhook in the environment variable SLACK_WEBHOOK_URL; on where that is set.',
            ),
          ),
          webhook: Type.Optional(
            closed(
              {
                url: Type.String({
                  pattern: '^https?://[^\\s/]+',
                  description:
                    'Where JSON is posted to. With the environment variable TILLSTREAM_WEBHOOK_TOKEN it is sent as bearer token.',
                }),
                minimumSeverity,
              },
              'Any program that takes JSON over HTTP.',
            ),
          ),
          file: Type.Optional(closed({ minimumSeverity }, 'logs/alerts.jsonl, always on.')),
        },
        'Where alerts go.',
      ),
    ),
    quietHours: Type.Optional(
      closed(
        {
          from: ClockTime('When they begin, HH:MM.'),
          to: ClockTime('When they end, HH:MM; earlier than from: on the next day.'),
          timeZone: Type.Optional(
            Type.String({
              minLength: 1,
              description: 'Such as Europe/Berlin; that of this machine unless said otherwise.',
            }),
          ),
          letThrough: Type.Optional(
            Type.Union([Type.Literal('warning'), Type.Literal('critical'), Type.Literal('none')], {
              description: 'From which severity on alerts are sent all the same; critical unless said otherwise.',
            }),
          ),
        },
        'When nobody is told; what happens then is sent when they end. The file is written always.',
      ),
    ),
    severity: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
        Type.Union(
          [...SEVERITIES, 'off' as const].map((word) => Type.Literal(word)),
          { description: 'How grave its alerts are; off: none.' },
        ),
        { additionalProperties: false, description: 'Name of a check to how grave it is.' },
      ),
    ),
    flapping: Type.Optional(
      closed(
        {
          openings: Type.Optional(
            Type.Integer({ minimum: 2, description: 'So many times open make it one that comes and goes; 3.' }),
          ),
          withinHours: Type.Optional(
            Type.Number({
              minimum: 0.1,
              description:
                'What comes back so soon is the same alert, and one that comes and goes must pass so long; 12.',
            }),
          ),
        },
        'Alerts that come and go: told once, and recovered when they have stayed away.',
      ),
    ),
    mostAtOnce: Type.Optional(
      Type.Integer({ minimum: 1, description: 'More new alerts of one check than these become one alert; 5.' }),
    ),
  },
  'Who hears of what went wrong.',
);
export type AlertSettings = Static<typeof AlertSettings>;
