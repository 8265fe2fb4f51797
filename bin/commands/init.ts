import { relative, resolve } from 'node:path';
import { exampleNames, initHome } from '../../jobs/home.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../usage-error.ts';

export const initCommand: Command = {
  name: 'init',
  summary: 'Make a folder with a configuration, an inbox and room for a warehouse.',
  description:
    'Without an example it takes the configuration of the shops that `tillstream generate` makes sales for. ' +
    'Nothing that is there already is overwritten.',
  positionals: 'DIR',
  mostPositionals: 1,
  options: [
    {
      name: 'example',
      value: 'NAME',
      description: 'begin with the configuration of an example; a wrong name lists them',
    },
  ],
  examples: [
    { line: 'init my-shop', does: 'a home in the folder my-shop' },
    { line: 'init retail --example online-retail', does: 'one for the files of the Online Retail dataset' },
  ],
  async run({ positionals, options, terminal }) {
    const dir = positionals[0] ?? options.text('home');
    if (dir === undefined) {
      throw new UsageError(`init: name the folder to make; examples are ${(await exampleNames()).join(', ')}`, 'init');
    }
    const home = await initHome(resolve(terminal.cwd, dir), options.text('example'));
    const shown = relative(terminal.cwd, home.dir) || '.';
    const text = [
      `${home.dir} is ready.`,
      `  ${home.config} says which files there are and what they mean.`,
      `  Drop sales CSVs into ${home.raw}, then: tillstream ingest --home ${shown}\n`,
    ];
    return { document: { home: home.dir, config: home.config, inbox: home.raw }, text: text.join('\n') };
  },
};
