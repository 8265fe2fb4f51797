import { resolve } from 'node:path';
import { ingest } from '../../jobs/ingest.ts';
import type { Command } from '../command.ts';
import { homeOf } from '../home-option.ts';
import { IngestProgress } from '../progress.ts';
import { hasFailed, runText } from '../run-text.ts';
import { boundYoungGeneration } from '../young-generation.ts';

export const ingestCommand: Command = {
  name: 'ingest',
  summary: 'Load sales files into the warehouse.',
  description:
    'Without FILE it takes whatever lies in data/raw (.csv, .tsv and .txt, also gzipped), and moves what it has loaded to data/ingested. ' +
    'A file that is named and lies elsewhere is read there and stays there. The dataset is found by the header. ' +
    'A file that is of none, or fails, stays in data/raw; the next run goes on where the last one stopped. ' +
    'The same file again changes nothing. Records that are not valid are listed in data/rejected, to be mended and dropped again.',
  positionals: '[FILE…]',
  options: [
    {
      name: 'dataset',
      value: 'NAME',
      description: 'the dataset that the files are of, instead of finding it by their headers',
    },
    { name: 'no-wait', description: 'fail if another tillstream is writing to this home, instead of waiting for it' },
  ],
  examples: [
    { line: 'ingest', does: 'all that is in the inbox' },
    { line: 'ingest export.csv --dataset sales', does: 'one file, of the dataset sales' },
    { line: 'ingest --json', does: 'what became of every file, for programs' },
  ],
  async run(call) {
    const { positionals, options, terminal } = call;
    const home = await homeOf(call);
    const dataset = options.text('dataset');
    boundYoungGeneration();
    const report = await ingest({
      home,
      ...(positionals.length > 0 && { files: positionals.map((file) => resolve(terminal.cwd, file)) }),
      ...(dataset !== undefined && { dataset }),
      signal: terminal.signal,
      wait: !options.flag('no-wait'),
      onEvent: new IngestProgress(terminal).onEvent,
    });
    return {
      document: report,
      text: runText(report, home),
      exitCode: hasFailed(report, positionals.length > 0) ? 1 : 0,
    };
  },
};
