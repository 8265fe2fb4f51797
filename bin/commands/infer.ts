import { resolve } from 'node:path';
import { addDataset } from '../../jobs/add-dataset.ts';
import type { Inference, InferenceReport } from '../../operators/dataset/infer.ts';
import { inferDataset } from '../../operators/dataset/infer-file.ts';
import type { Command } from '../command.ts';
import { homeOf } from '../home-option.ts';
import { table } from '../table.ts';
import { say } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

export const inferCommand: Command = {
  name: 'infer',
  summary: 'Work out the configuration of a file that nobody has configured.',
  description:
    'Looks at several places of the file and prints a dataset, ready to paste into schema_config.json: how the file is written, its fields and their types, ' +
    'what stands for a missing value, and which column is which. What it is unsure of it says, on stderr.',
  positionals: 'FILE',
  mostPositionals: 1,
  options: [
    { name: 'write', description: 'add the dataset to schema_config.json of the home' },
    { name: 'name', value: 'NAME', description: "name of the dataset (default: from the file's name)" },
  ],
  examples: [
    { line: 'infer export.csv', does: 'what kind of file it is' },
    { line: 'infer export.csv --write --name web_shop', does: 'and take it into the configuration' },
  ],
  async run(call) {
    const { positionals, options, terminal } = call;
    const [file] = positionals;
    if (file === undefined) throw new UsageError('infer: name the file to look at', 'infer');
    const inference = await inferDataset(resolve(terminal.cwd, file));
    const name = options.text('name') ?? inference.name;
    const dataset = { [name]: inference.descriptor };
    const written = options.flag('write') ? (await homeOf(call)).config : null;
    if (written !== null) await addDataset(written, name, inference.descriptor);
    if (!options.flag('json')) say(terminal, reportText(inference.report));
    const text =
      written === null ? `${JSON.stringify(dataset, null, 2)}\n` : `${written} now has the dataset "${name}".\n`;
    return { document: documentOf(name, inference, written), text };
  },
};

function documentOf(name: string, { descriptor, report }: Inference, written: string | null) {
  return { name, dataset: descriptor, report, written };
}

function reportText({ file, records, confidence, columns, notes }: InferenceReport): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const rows = table(columns, [
    { heading: 'Column', show: ({ column }) => column },
    { heading: 'Type', show: ({ type, format }) => (format === undefined ? type : `${type} ${format}`) },
    { heading: 'Sure', show: (column) => percent(column.confidence), align: 'right' },
    { heading: 'Is', show: ({ canonical }) => canonical ?? '' },
    {
      heading: 'Sure',
      show: ({ mapConfidence }) => (mapConfidence === undefined ? '' : percent(mapConfidence)),
      align: 'right',
    },
    { heading: 'Because', show: ({ evidence, mapEvidence }) => [evidence, mapEvidence].filter(Boolean).join('; ') },
  ]);
  const remarks = notes.map((note) => `- ${note}\n`).join('');
  return `${file}: ${records} records looked at, ${percent(confidence)} sure\n\n${rows}\n${remarks}`;
}
