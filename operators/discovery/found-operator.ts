/** An operator that somebody has added, known by name before its module is loaded. */
export interface FoundOperator {
  readonly name: string;
  /** The module that exports it as its default. */
  readonly path: string;
}

/** Told of what cannot be used, which is then left out; may throw. */
export type OnBroken = (error: unknown) => void;

export function rethrow(error: unknown): void {
  throw error;
}
