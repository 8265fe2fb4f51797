import type { OperatorText } from './forms.ts';

/** The parts in which operators of different forms differ, as source text. */
export interface FormParts {
  readonly option: string;
  readonly reasons?: string;
  readonly example: string;
  readonly body: string;
  /** What the test gives it, and what must come of it. */
  readonly trial: string;
  readonly outcome: string;
}

export function spec(name: string, { option, reasons = '', example, body, trial, outcome }: FormParts): OperatorText {
  const module = `import { defineOperator, Type } from 'tillstream';

export default defineOperator({
  name: '${name}',
  summary: 'Says in one line what it does to a record.',
  // Each option needs a description and a default; what a plan gives is checked against this.
  options: Type.Object({
    ${option}
  }),${reasons}
  // Shown by \`tillstream operators ${name}\`, and tried by \`tillstream test-operator ${name}\`.
  example: {${example}
  },${body}
});
`;
  const test = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryOperator } from 'tillstream';
import operator from './${name}.ts';

test('${name} does what it is for', async () => {
  const made = await tryOperator(operator, ${trial});
  assert.partialDeepStrictEqual(made, ${outcome});
});
`;
  return { module, test };
}

export function sourceText(name: string): OperatorText {
  const module = `import { readFile } from 'node:fs/promises';
import { batchOf, defineOperator, Type } from 'tillstream';

export default defineOperator({
  name: '${name}',
  summary: 'Reads a file line by line.',
  options: Type.Object({
    batchLines: Type.Integer({ minimum: 1, description: 'How many lines make a batch.', default: 1000 }),
    // The engine gives the state of the last position here when a run goes on where it was stopped.
    resume: Type.Optional(Type.Integer({ description: 'Line to go on from.' })),
  }),
  source: ({ batchLines, resume = 0 }, { split, signal }) => ({
    async *read() {
      const lines = (await readFile(split.file, { encoding: 'utf8', signal })).split('\\n').filter((line) => line !== '');
      for (let at = resume; at < lines.length; at += batchLines) {
        signal.throwIfAborted();
        const records = lines.slice(at, at + batchLines).map((line) => ({ line }));
        yield batchOf(records, split, at + 1);
        const next = at + records.length;
        yield { kind: 'position', bytes: next, state: next, last: next === lines.length };
      }
      if (resume >= lines.length) yield { kind: 'position', bytes: resume, state: resume, last: true };
    },
  }),
});

/** What \`tillstream test-operator ${name}\` tries it with. */
export const trial = {
  options: { batchLines: 3 },
  split: { fileId: 0, file: import.meta.filename, part: 0 },
};
`;
  const test = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformance } from 'tillstream';
import operator, { trial } from './${name}.ts';

test('${name} keeps the contract', async () => {
  const { checks } = await conformance(operator, trial);
  assert.deepEqual(checks.filter(({ passed }) => !passed), []);
});
`;
  return { module, test };
}
