import { type OperatorTest, testOperator } from '../../jobs/test-operator.ts';
import type { Command } from '../command.ts';
import { homeOf } from '../home-option.ts';
import { UsageError } from '../usage-error.ts';

export const testOperatorCommand: Command = {
  name: 'test-operator',
  summary: 'Try whether an operator keeps the contract, and how fast it is.',
  description:
    'It is run as the engine would: alone, slowed down, interrupted and resumed, with records in batches of all sizes, with a record that has ' +
    'no values. The records are those of its example, or of a `trial` that its file exports. A test beside it (NAME.test.ts) is run as well. ' +
    'Exit code 1 if anything is not as it must be.',
  positionals: 'NAME',
  mostPositionals: 1,
  options: [],
  examples: [{ line: 'test-operator loyalty-points', does: 'each check with what it found' }],
  async run(call) {
    const [name] = call.positionals;
    if (name === undefined)
      throw new UsageError('test-operator: say which; `tillstream operators` lists them', 'test-operator');
    const home = await homeOf(call).catch(() => undefined);
    const report = await testOperator(name, home?.dir);
    return { document: report, text: reportText(report), exitCode: report.passed ? 0 : 1 };
  },
};

function reportText({ operator, checks, measured, ownTests, passed }: OperatorTest): string {
  const lines = checks.map(({ name, passed, detail }) =>
    passed ? `  ok      ${name}\n` : `  FAILED  ${name}\n${indented(detail)}`,
  );
  if (ownTests)
    lines.push(ownTests.passed ? `  ok      its own test\n` : `  FAILED  its own test\n${indented(ownTests.output)}`);
  if (measured) lines.push(speedLine(measured));
  return `${operator}\n${lines.join('')}${passed ? 'It keeps the contract.' : 'It does not keep the contract.'}\n`;
}

function speedLine({ recordsPerSecond, peakMemoryBytes }: NonNullable<OperatorTest['measured']>): string {
  const memory = (peakMemoryBytes / 1024 / 1024).toFixed(1);
  return `  ${recordsPerSecond.toLocaleString('en')} records a second, at most ${memory} MB in use\n`;
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '          ').concat('\n');
}
