import { relative } from 'node:path';
import { createOperator } from '../../jobs/create-operator.ts';
import { FORMS } from '../../jobs/operator-files/forms.ts';
import type { Command } from '../command.ts';
import { homeOf } from '../home-option.ts';
import { UsageError } from '../usage-error.ts';

export const createOperatorCommand: Command = {
  name: 'create-operator',
  summary: 'Write an operator of your own to begin with, and its test.',
  description:
    'It lies in operators/custom of the home, works as it is, and joins the plan of a dataset by its name in schema_config.json. ' +
    'Nothing is overwritten.',
  positionals: 'NAME',
  mostPositionals: 1,
  options: [
    {
      name: 'form',
      value: 'FORM',
      description: `${FORMS.join(', ')}: a function of one record (map unless said otherwise), of batches, or what a plan begins with`,
    },
  ],
  examples: [
    { line: 'create-operator loyalty-points', does: 'one that changes every record' },
    { line: 'create-operator large-sales --form filter', does: 'one that keeps some records' },
  ],
  async run(call) {
    const [name] = call.positionals;
    if (name === undefined)
      throw new UsageError('create-operator: give it a name, such as loyalty-points', 'create-operator');
    const form = call.options.choice('form', FORMS) ?? 'map';
    const home = await homeOf(call);
    const { module, test } = await createOperator(home, name, form);
    const shown = (path: string) => relative(call.terminal.cwd, path);
    const elsewhere = shown(home.dir);
    const text = [
      `${shown(module)} is your operator, ${shown(test)} its test.`,
      `  Try it:  tillstream test-operator ${name}${elsewhere === '' ? '' : ` --home ${elsewhere}`}`,
      `  Use it:  name "${name}" in the "operators" of a dataset in ${shown(home.config)}, before "aggregate"\n`,
    ];
    return { document: { name, form, module, test }, text: text.join('\n') };
  },
};
