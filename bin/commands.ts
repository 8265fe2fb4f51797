import type { Command } from './command.ts';

/** How to load each command, in the order in which help lists them. One that isn't asked for isn't loaded: it would cost time at every start. */
const LOAD: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./commands/start.ts')).startCommand,
  ingest: async () => (await import('./commands/ingest.ts')).ingestCommand,
  jobs: async () => (await import('./commands/jobs.ts')).jobsCommand,
  alerts: async () => (await import('./commands/alerts.ts')).alertsCommand,
  kpi: async () => (await import('./commands/kpi.ts')).kpiCommand,
  runs: async () => (await import('./commands/runs.ts')).runsCommand,
  'dead-letters': async () => (await import('./commands/dead-letters.ts')).deadLettersCommand,
  monitor: async () => (await import('./commands/monitor.ts')).monitorCommand,
  backtest: async () => (await import('./commands/backtest.ts')).backtestCommand,
  verify: async () => (await import('./commands/verify.ts')).verifyCommand,
  check: async () => (await import('./commands/check.ts')).checkCommand,
  infer: async () => (await import('./commands/infer.ts')).inferCommand,
  operators: async () => (await import('./commands/operators.ts')).operatorsCommand,
  'create-operator': async () => (await import('./commands/create-operator.ts')).createOperatorCommand,
  'test-operator': async () => (await import('./commands/test-operator.ts')).testOperatorCommand,
  init: async () => (await import('./commands/init.ts')).initCommand,
  generate: async () => (await import('./commands/generate.ts')).generateCommand,
};

export const COMMAND_NAMES: readonly string[] = Object.keys(LOAD);

export function loadCommands(): Promise<readonly Command[]> {
  return Promise.all(Object.values(LOAD).map((load) => load()));
}

/** The command of that name, if there is one. */
export async function loadCommand(name: string): Promise<Command | undefined> {
  return Object.hasOwn(LOAD, name) ? LOAD[name]?.() : undefined;
}
