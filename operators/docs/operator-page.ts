import { shownRecords } from '../../engine/conformance/given-records.ts';
import type { Operator } from '../../engine/operator.ts';
import { type OptionRow, optionRows } from './option-rows.ts';

const INTRODUCTION = `# Operators

Written from the operators' own specs by \`node operators/docs/write.ts\`; a test keeps it in step. A dataset lists the
operators that its records go through in \`schema_config.json\`, by name or as \`{ "operator": …, "options": { … } }\`.
How plans branch, merge and join: [plans](plans.md). How to write one of your own: [operators/custom](../operators/custom/README.md).
`;

/** The page \`docs/operators.md\`: every operator with options, reasons and example, by name. */
export function operatorPage(operators: Iterable<Operator>): string {
  const sorted = [...operators].sort((a, b) => (a.name < b.name ? -1 : 1));
  const contents = sorted.map(({ name, summary }) => `- [\`${name}\`](#${name}): ${summary}`).join('\n');
  return `${[INTRODUCTION, contents, ...sorted.map(section)].map((part) => part.trim()).join('\n\n')}\n`;
}

function section(operator: Operator): string {
  const { name, summary, description, stability = 'stable' } = operator;
  const kind = operator.source
    ? 'Source'
    : operator.conserves === false
      ? 'Operator, may add or drop records'
      : 'Operator';
  return [
    `## ${name}\n`,
    `${summary}\n`,
    `_${kind}, ${stability}._\n`,
    ...(description ? [`${description}\n`] : []),
    ...endsOf(operator),
    ...optionsOf(operator),
    ...reasonsOf(operator),
    ...exampleOf(operator),
  ].join('\n');
}

/** Where it stands in a plan that branches, see docs/plans.md. */
function endsOf({ inputs, outputs }: Operator): string[] {
  if (!inputs && !outputs) return [];
  const names = typeof inputs === 'object' ? inputs.map((name) => `\`${name}\``).join(' and ') : 'any number';
  const taken = inputs ? [`Inputs: ${names}.`] : [];
  const given = outputs ? ['Its outputs have names, and each must be taken up.'] : [];
  return [`${[...taken, ...given].join(' ')} See [plans](plans.md).\n`];
}

function optionsOf({ options }: Operator): string[] {
  const rows = optionRows(options);
  if (rows.length === 0) return ['It has no options.\n'];
  return [table(['option', 'type', 'default', 'what it does'], rows.map(optionCells))];
}

function optionCells({ path, type, default: preset, description, required }: OptionRow): string[] {
  return [`\`${path}\``, type, required ? '**required**' : preset && `\`${preset}\``, description];
}

function reasonsOf({ reasons = {} }: Operator): string[] {
  const entries = Object.entries(reasons);
  if (entries.length === 0) return [];
  return [
    table(
      ['reason', 'what it means'],
      entries.map(([code, meaning]) => [`\`${code}\``, meaning]),
    ),
  ];
}

function exampleOf({ name, example, outputs }: Operator): string[] {
  if (!example) return [];
  const lines = (records: readonly object[]) => records.map((record) => JSON.stringify(record)).join('\n');
  const plan = JSON.stringify({ operator: name, options: example.options });
  return [
    `\`\`\`json\n${plan}\n\`\`\`\n\nmakes of\n\n\`\`\`json\n${lines(shownRecords(example.input))}\n\`\`\`\n`,
    `${outputs ? 'these, of one output after the other' : 'these'}:\n\n\`\`\`json\n${lines(example.output)}\n\`\`\`\n`,
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
