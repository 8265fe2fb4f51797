import { type Static, Type } from '@sinclair/typebox';
import { TillstreamError } from '../../engine/errors.ts';
import { missingSecret } from './errors.ts';

const Secret = Type.Object(
  {
    env: Type.String({ minLength: 1, description: 'Environment variable that holds the secret.' }),
    prefix: Type.Optional(Type.String({ description: 'What stands before it, such as `Bearer `.' })),
  },
  { additionalProperties: false },
);

export const HeadersOption = Type.Record(Type.String(), Type.Union([Type.String(), Secret]), {
  default: {},
  description:
    'Header to its value, or to `{ "env": "TOKEN", "prefix": "Bearer " }`: secrets come from environment variables and stand in no file.',
});
export type HeadersOption = Static<typeof HeadersOption>;

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The headers to send, names in lower case. Throws `missing_secret`, or `bad_option` for what can be no header. */
export function headersFrom(option: HeadersOption, env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(option).map(([name, value]) => {
      const text = typeof value === 'string' ? value : secret(name, value, env);
      // The value is not told: it may be a secret.
      if (NAME.test(name) && !/[\r\n\0]/.test(text)) return [name.toLowerCase(), text];
      throw new TillstreamError(
        'bad_option',
        `headers: "${name}" is no valid header; check it for line breaks and spaces`,
      );
    }),
  );
}

function secret(header: string, { env: name, prefix = '' }: Static<typeof Secret>, env: NodeJS.ProcessEnv): string {
  const value = env[name];
  if (value === undefined || value === '') throw missingSecret(header, name);
  return prefix + value;
}
