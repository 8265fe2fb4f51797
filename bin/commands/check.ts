import { checkHome } from '../../jobs/check.ts';
import type { Command } from '../command.ts';
import { homeOf } from '../home-option.ts';

export const checkCommand: Command = {
  name: 'check',
  summary: 'Look whether the configuration can be used, without loading anything.',
  description: 'Reads schema_config.json, makes the plan of every dataset, and looks for the files that they refer to.',
  options: [],
  examples: [{ line: 'check', does: 'every problem, with its place in the file' }],
  async run(call) {
    const home = await homeOf(call);
    const result = await checkHome(home);
    const datasets = result.datasets.map(({ name, plan }) => `  ${name}: ${plan.join(' → ')}\n`).join('');
    const problems = result.problems.map(({ message }) => `${message}\n`).join('');
    const text = result.problems.length === 0 ? `${home.config} can be used.\n${datasets}` : problems;
    return { document: { config: home.config, ...result }, text, exitCode: result.problems.length === 0 ? 0 : 1 };
  },
};
