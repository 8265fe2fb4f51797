import { resolve } from 'node:path';
import { findHome, type Home } from '../jobs/home.ts';
import type { Call } from './command.ts';

/** The home that a command is about: `--home`, else TILLSTREAM_HOME, else the project around the current folder. */
export function homeOf({ options, terminal }: Call): Promise<Home> {
  return findHome(options.text('home') ?? (terminal.env.TILLSTREAM_HOME || undefined), resolve(terminal.cwd));
}
