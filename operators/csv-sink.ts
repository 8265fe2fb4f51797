import { Type } from '@sinclair/typebox';
import type { Batch } from '../engine/batch.ts';
import { defineOperator } from '../engine/define-operator.ts';
import { CellReader, cellWriter, STANDARD } from './csv-output/csv-cell.ts';
import { FileSink, fileSinkOptions, type WriteBatch } from './csv-output/file-sink.ts';

const headerCell = cellWriter(STANDARD);

function csvWriter(): WriteBatch {
  const reader = new CellReader();
  return (batch: Batch, columns, isFirst) => {
    const cells = columns.map((name) => {
      const column = batch.columns.get(name);
      return column ? reader.of(column) : () => '';
    });
    let text = isFirst ? `${columns.map(headerCell).join(',')}\n` : '';
    for (let row = 0; row < batch.length; row++) {
      text += cells[0]!(row);
      for (let c = 1; c < cells.length; c++) text += `,${cells[c]!(row)}`;
      text += '\n';
    }
    return text;
  };
}

/** Writes records as CSV on their way: the enriched records, or what another port carries. */
export const csvSink = defineOperator({
  name: 'csv-sink',
  summary: 'Writes the records that pass to a CSV file in data/processed.',
  description: [
    'Amounts are written exactly, dates as in ISO 8601, missing values as empty cells. The file grows under a temporary name',
    '(`.NAME.part`) and gets its own, in place of an earlier one, when the input has been read to its end. After a crash it goes on from',
    'the last checkpoint, and no record stands in it twice. Records pass on untouched, so it can stand anywhere in a plan.',
    '',
    'What `aggregate` emits are increments, one set a checkpoint (16 MiB of input by default): in the file of a larger input a group can',
    'stand several times, and its sums are to be added. Needs the service `folders`.',
  ].join('\n'),
  stability: 'stable',
  options: Type.Object(fileSinkOptions('csv')),
  create: (options, context) => new FileSink(options, context, csvWriter()),
});
