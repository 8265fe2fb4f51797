import type { Command } from './command.ts';
import { checkCommand } from './commands/check.ts';
import { generateCommand } from './commands/generate.ts';
import { ingestCommand } from './commands/ingest.ts';
import { initCommand } from './commands/init.ts';
import { kpiCommand } from './commands/kpi.ts';
import { operatorsCommand } from './commands/operators.ts';
import { startCommand } from './commands/start.ts';

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  startCommand,
  ingestCommand,
  kpiCommand,
  checkCommand,
  operatorsCommand,
  initCommand,
  generateCommand,
];
