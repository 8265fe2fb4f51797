import type { TObject } from '@sinclair/typebox';
import { shownRecords } from '../../engine/conformance/given-records.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { suggestion } from '../../engine/nearest.ts';
import type { Operator } from '../../engine/operator.ts';
import { loadRegistry } from '../../operators/registry.ts';
import type { Command } from '../command.ts';
import { homeOf } from '../home-option.ts';
import { table } from '../table.ts';
import { say } from '../terminal.ts';

export const operatorsCommand: Command = {
  name: 'operators',
  summary: 'List what records can go through, or explain one operator.',
  positionals: '[NAME]',
  mostPositionals: 1,
  options: [],
  examples: [
    { line: 'operators', does: 'all there are' },
    { line: 'operators deduplicate', does: 'what one does, its options and the reasons it gives' },
  ],
  async run(call) {
    const { positionals, terminal } = call;
    const home = await homeOf(call).catch(() => undefined);
    const registry = await loadRegistry(undefined, home?.dir, (error) => say(terminal, (error as Error).message));
    const [name] = positionals;
    if (name === undefined) {
      const operators = [...registry.values()].sort((a, b) => a.name.localeCompare(b.name));
      return { document: { operators: operators.map(documentOf) }, text: listing(operators) };
    }
    const operator = registry.get(name);
    if (!operator) {
      const message = `no operator is called "${name}"${suggestion(name, registry.keys())}`;
      throw new TillstreamError('unknown_operator', message);
    }
    return { document: documentOf(operator), text: explanation(operator) };
  },
};

function documentOf(operator: Operator): Record<string, unknown> {
  const { name, summary, description, stability, options, reasons, example, source } = operator;
  return { name, summary, description, stability, source: source !== undefined, options, reasons, example };
}

function listing(operators: readonly Operator[]): string {
  return table(operators, [
    { heading: 'Operator', show: ({ name }) => name },
    { heading: 'What it does', show: ({ summary }) => summary },
  ]);
}

interface OptionRow {
  readonly name: string;
  readonly type: string;
  readonly standard: string;
  readonly description: string;
}

function explanation({ name, summary, description, options, reasons, example }: Operator): string {
  const rows = optionRows(options);
  const parts = [`${name}: ${summary}\n`, ...(description ? [`${description}\n`] : [])];
  if (rows.length > 0) {
    parts.push(
      table(rows, [
        { heading: 'Option', show: (row) => row.name },
        { heading: 'Type', show: (row) => row.type },
        { heading: 'Default', show: (row) => row.standard },
        { heading: 'Meaning', show: (row) => row.description },
      ]),
    );
  }
  const given = Object.entries(reasons ?? {});
  if (given.length > 0) {
    parts.push(
      table(given, [
        { heading: 'Reason', show: ([code]) => code },
        { heading: 'Meaning', show: ([, meaning]) => meaning },
      ]),
    );
  }
  if (example) parts.push(`Example, with the options ${JSON.stringify(example.options)}:\n${exampleLines(example)}`);
  return parts.join('\n');
}

function exampleLines({ input, output }: NonNullable<Operator['example']>): string {
  const lines = (title: string, records: readonly object[]) =>
    records.map((record) => `  ${title} ${JSON.stringify(record)}\n`).join('');
  return `${lines('in ', shownRecords(input))}${lines('out', output)}`;
}

function optionRows(options: TObject): OptionRow[] {
  const required = new Set(options.required ?? []);
  return Object.entries(options.properties).map(([name, schema]) => {
    const standard =
      schema.default === undefined ? (required.has(name) ? '(needed)' : '') : JSON.stringify(schema.default);
    const type = typeof schema.type === 'string' ? schema.type : schema.anyOf ? 'choice' : 'any';
    return { name, type, standard, description: schema.description ?? '' };
  });
}
