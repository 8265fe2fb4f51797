/** The command was not used as it can be: exit code 2. */
export class UsageError extends Error {
  readonly code = 'wrong_usage';
  /** The command whose help tells more. */
  readonly command: string | undefined;

  constructor(message: string, command?: string) {
    super(message);
    this.name = 'UsageError';
    this.command = command;
  }
}
