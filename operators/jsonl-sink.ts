import { Type } from '@sinclair/typebox';
import { defineOperator } from '../engine/define-operator.ts';
import { FileSink, fileSinkOptions, type WriteBatch } from './csv-output/file-sink.ts';
import { objectReader } from './values/cell-json.ts';

const Options = Type.Object(
  {
    ...fileSinkOptions('jsonl'),
    json: Type.Array(Type.String(), {
      description: 'Fields that hold JSON and are written as that, not as a text: `attributes`.',
      default: [],
    }),
  },
  { additionalProperties: false },
);

function jsonWriter(json: readonly string[]): WriteBatch {
  return (batch, columns) => {
    const known = columns.flatMap((name) => {
      const column = batch.columns.get(name);
      return column ? [[name, column] as const] : [];
    });
    const objectOf = objectReader(known, json);
    let text = '';
    for (let row = 0; row < batch.length; row++) text += `${objectOf(row)}\n`;
    return text;
  };
}

/** Writes records as JSON Lines on their way. */
export const jsonlSink = defineOperator({
  name: 'jsonl-sink',
  summary: 'Writes the records that pass to a file of JSON Lines in data/processed.',
  description: [
    'An object a line. Amounts are numbers, written exactly; dates are texts as in ISO 8601; missing values are null. The file grows under',
    'a temporary name (`.NAME.part`) and gets its own, in place of an earlier one, when the input has been read to its end. After a crash it',
    'goes on from the last checkpoint, and no record stands in it twice. Records pass on untouched, so it can stand anywhere in a plan.',
    'Needs the service `folders`.',
  ].join('\n'),
  stability: 'experimental',
  options: Options,
  create: (options, context) => new FileSink(options, context, jsonWriter(options.json)),
});
