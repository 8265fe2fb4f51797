import { resolve } from 'node:path';
import { type GenerateOptions, generateSales } from '../../jobs/generate.ts';
import type { Command } from '../command.ts';
import { counted, grouped, money, rate, size } from '../figures.ts';
import type { Options } from '../options.ts';
import { CountProgress } from '../progress.ts';
import { UsageError } from '../usage-error.ts';

export const generateCommand: Command = {
  name: 'generate',
  summary: 'Write made-up sales that look like those of a chain of shops.',
  description:
    'Stores and regions of different size, weekdays and seasons, promotions, returns, loyal customers. The same options give the same ' +
    'bytes. With --dirty a part of the records is spoilt in known ways, and a manifest says which line, how, and what reason a correct ingestion must give.',
  options: [
    { name: 'rows', value: 'N', description: 'how many records (default 100,000)' },
    { name: 'days', value: 'D', description: 'how many days they spread over, a file for each (default 30)' },
    { name: 'seed', value: 'S', description: 'another seed, other sales (default 1)' },
    { name: 'dirty', value: 'P', description: 'fraction of the records to spoil, such as 0.01 or 1% (default 0)' },
    { name: 'end', value: 'DAY', description: 'the last day, YYYY-MM-DD (default 2025-12-31)' },
    { name: 'single', description: 'one file instead of one a day' },
    { name: 'quoted', description: 'every text in quotes' },
    { name: 'out', value: 'DIR', description: 'where to write the files' },
  ],
  examples: [
    { line: 'generate --rows 10000 --days 7 --out data/raw', does: 'a week of sales, straight into the inbox' },
    {
      line: 'generate --rows 1000000 --dirty 1% --seed 7 --out /tmp/sales',
      does: 'a million records, every hundredth spoilt',
    },
  ],
  async run({ options, terminal }) {
    const progress = new CountProgress(terminal, options.whole('rows', 1) ?? 100_000);
    const onProgress = (rows: number): void => progress.update(rows);
    const started = performance.now();
    const made = await generateSales({
      ...generateOptions(options, terminal.cwd),
      signal: terminal.signal,
      onProgress,
    });
    progress.end();
    const { files, rows, bytes, manifest, expected } = made;
    const took = performance.now() - started;
    const lines = [
      `${counted(rows, 'record')} in ${counted(files.length, 'file')}, ${size(bytes)} (${rate(rows, took)})`,
      `  valid: ${grouped(expected.accepted)} with a revenue of ${money(expected.revenue)}`,
      ...(manifest ? [`  spoilt: ${grouped(expected.deadLettered + expected.filtered)}; ${manifest} says which`] : []),
    ];
    return { document: { ...made, expected: expectedDocument(made.expected) }, text: `${lines.join('\n')}\n` };
  },
};

function generateOptions(options: Options, cwd: string): GenerateOptions {
  const out = options.text('out');
  if (out === undefined) throw new UsageError('generate: say where to write with --out DIR', 'generate');
  const given = {
    ...{ rows: options.whole('rows', 1), days: options.whole('days', 1), seed: options.whole('seed') },
    ...{ dirty: options.fraction('dirty'), endDate: options.day('end') },
    ...{ single: options.flag('single'), quoted: options.flag('quoted') },
  };
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...said, out: resolve(cwd, out) };
}

function expectedDocument({
  accepted,
  deadLettered,
  filtered,
  revenue,
}: Awaited<ReturnType<typeof generateSales>>['expected']) {
  return { accepted, dead_lettered: deadLettered, filtered, revenue: money(revenue).replaceAll(',', '') };
}
