import { Configuration } from './schema.ts';

/** The configuration's JSON Schema, as the text of the file that editors read. */
export function jsonSchemaText(): string {
  const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...structuredClone(Configuration) };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
