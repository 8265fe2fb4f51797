import type { Command } from './command.ts';
import { checkCommand } from './commands/check.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { generateCommand } from './commands/generate.ts';
import { inferCommand } from './commands/infer.ts';
import { ingestCommand } from './commands/ingest.ts';
import { initCommand } from './commands/init.ts';
import { kpiCommand } from './commands/kpi.ts';
import { operatorsCommand } from './commands/operators.ts';
import { runsCommand } from './commands/runs.ts';
import { startCommand } from './commands/start.ts';
import { verifyCommand } from './commands/verify.ts';

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  startCommand,
  ingestCommand,
  kpiCommand,
  runsCommand,
  deadLettersCommand,
  verifyCommand,
  checkCommand,
  inferCommand,
  operatorsCommand,
  initCommand,
  generateCommand,
];
