import fc from 'fast-check';
import t from 'tap';
import { splitIdentifier } from '../../engine/column.ts';
import { CellRules } from '../../operators/formats/cell-rules.ts';
import { IdentifierTyping } from '../../operators/formats/identifier-column.ts';
import { STRING } from '../../operators/formats/text.ts';
import { TextCells } from '../../operators/formats/text-cells.ts';
import { cells } from './formats.ts';

const digits = fc.string({ unit: fc.constantFrom('0', '1', '9'), maxLength: 12 });
const identifier = fc
  .tuple(
    fc.constantFrom('', '', 'A', 'ORD-', 'É', 'A1-', ' ', 'N/'),
    digits,
    fc.constantFrom('', '', '', '', ' ', 'x', ':'),
  )
  .map((parts) => parts.join(''));
const cell = fc.oneof({ weight: 9, arbitrary: identifier }, fc.constantFrom('NA', '999', '-1', '', '0'));

t.test('identifiers are what their texts are, one after the other', (t) => {
  const batches = fc.array(fc.array(cell, { maxLength: 30 }), { maxLength: 3 });
  const tokens = fc.constantFrom([''], ['', 'NA'], ['', 'NA', '999', '0'], ['999']);
  const areRead = (texts: string[][], missingValues: readonly string[], trim: boolean, required: boolean) => {
    const rules = new CellRules({ field: 'id', missingValues, trim, constraints: { required } });
    const reader = new TextCells(rules, STRING);
    const typing = new IdentifierTyping(reader);
    for (const batch of texts) {
      const faults: number[] = [];
      const column = typing.type(cells(batch), (row) => faults.push(row) > 0);
      const expected = batch.map((text) => reader.read(text));
      t.strictSame(
        batch.map((_, row) => column.get(row)),
        expected.map((text) => (typeof text === 'string' ? text : null)),
      );
      t.strictSame(
        faults,
        expected.flatMap((text, row) => (text !== null && typeof text !== 'string' ? [row] : [])),
      );
      if (column.kind !== 'identifier') continue;
      for (const [row, text] of expected.entries()) {
        if (typeof text === 'string') t.equal(column.numbers[row], splitIdentifier(text).number);
      }
    }
  };
  fc.assert(fc.property(batches, tokens, fc.boolean(), fc.boolean(), (...given) => void areRead(...given)));
  t.end();
});
