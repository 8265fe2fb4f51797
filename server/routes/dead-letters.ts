import { Readable } from 'node:stream';
import { setImmediate as breathe } from 'node:timers/promises';
import { Type } from '@sinclair/typebox';
import {
  countFoundLetters,
  type DeadLetterSearch,
  findDeadLetters,
  groupDeadLetters,
} from '../../db/dead-letter-search.ts';
import { csvReply } from '../answers.ts';
import type { App } from '../app.ts';
import { csvLine } from '../csv.ts';
import { moneyText } from '../ledgers.ts';
import { LetterCells } from '../letter-cells.ts';
import { oneOf } from '../schemas/common.ts';
import { DEAD_LETTER_GROUPS, DeadLetterGroups, DeadLetterPage } from '../schemas/dead-letters.ts';
import type { Services } from '../services.ts';

const text = Type.Optional(Type.String({ maxLength: 200 }));
const search = {
  run: Type.Optional(Type.Integer({ minimum: 1 })),
  file: Type.Optional(Type.Integer({ minimum: 1, description: 'Its file_id.' })),
  ...{ dataset: text, reason: text, operator: text, field: text },
};
const query = <T extends Parameters<typeof Type.Object>[0]>(properties: T) =>
  Type.Object({ ...search, ...properties }, { additionalProperties: false });
const tags = ['dead letters'];
const COLUMNS = ['file', 'line', 'reason', 'field', 'message', 'amount', 'raw'] as const;
/** Rows of a download that are read at once. */
const CHUNK = 500;

export function deadLetterRoutes(app: App, { options, warehouse, operators }: Services): void {
  const cells = new LetterCells(options.home);

  app.get('/dead-letters', {
    schema: {
      ...{ tags, summary: 'Records that were rejected, and why' },
      querystring: query({
        limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
        offset: Type.Integer({ minimum: 0, default: 0 }),
        format: oneOf(['json', 'csv'] as const, {
          default: 'json',
          description: 'csv gives all of them, whatever the limit.',
        }),
      }),
      response: { 200: DeadLetterPage },
    },
    handler: async ({ query: { limit, offset, format, ...wanted } }, reply) => {
      if (format === 'csv') return csvReply(reply, 'dead-letters').send(Readable.from(download(wanted)));
      const { records: total } = countFoundLetters(warehouse.db, wanted);
      const found = findDeadLetters(warehouse.db, wanted, { limit, offset });
      const meanings = await operators.meanings();
      const items = await Promise.all(
        found.map(async ({ path: _path, ...letter }, index) => ({
          ...letter,
          faults: [...letter.faults],
          amount: letter.amount === null ? null : moneyText(letter.amount),
          meaning: meanings.get(letter.reason) ?? null,
          cells: await cells.of(found[index]!),
        })),
      );
      return { items, total, limit, offset };
    },
  });

  app.get('/dead-letters/groups', {
    schema: {
      ...{ tags, summary: 'How many there are by reason, file or dataset, and the money at risk' },
      querystring: query({ by: oneOf(DEAD_LETTER_GROUPS, { default: 'reason' }) }),
      response: { 200: DeadLetterGroups },
    },
    handler: async ({ query: { by, ...wanted } }) => {
      const { records, amount } = countFoundLetters(warehouse.db, wanted);
      const meanings = await operators.meanings();
      const items = groupDeadLetters(warehouse.db, by, wanted).map((group) => ({
        ...{ key: String(group.key), label: group.label, records: group.records, amount: moneyText(group.amount) },
        meaning: (by === 'reason' && meanings.get(group.label)) || null,
      }));
      return { by, records, amount: moneyText(amount), items };
    },
  });

  async function* download(wanted: DeadLetterSearch): AsyncGenerator<string> {
    yield csvLine(COLUMNS);
    let after = 0;
    for (;;) {
      const found = findDeadLetters(warehouse.db, wanted, { limit: CHUNK, after });
      const last = found.at(-1);
      if (!last) return;
      after = last.dead_letter_id;
      yield found
        .map((letter) => csvLine(COLUMNS.map((name) => (name === 'amount' ? amountOf(letter.amount) : letter[name]))))
        .join('');
      // Others get their turn.
      await breathe();
    }
  }
}

function amountOf(amount: number | null): string | null {
  return amount === null ? null : moneyText(amount);
}
