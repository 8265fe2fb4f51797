import type { Command } from './command.ts';
import { ingestCommand } from './commands/ingest.ts';
import { initCommand } from './commands/init.ts';

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [ingestCommand, initCommand];
