import type { Draft } from './draft.ts';

/** Where records of a type come from. */
export interface Source<out Out> {
  readonly kind: 'source';
  /** Adds it to a plan; returns what the next part takes its records from. */
  readonly wire: (draft: Draft) => string;
  /** For the compiler alone: never there. */
  readonly gives?: () => Out;
}

/** What makes records of one type into records of another. */
export interface Step<in In, out Out> {
  readonly kind: 'step';
  readonly wire: (draft: Draft, from: string) => string;
  /** For the compiler alone: never there. */
  readonly makes?: (record: In) => Out;
}

/** Where records of a type end. */
export interface Sink<in In> {
  readonly kind: 'sink';
  readonly wire: (draft: Draft, from: string) => void;
  /** For the compiler alone: never there. */
  readonly takes?: (record: In) => void;
}

export function source<Out>(wire: Source<Out>['wire']): Source<Out> {
  return { kind: 'source', wire };
}

export function step<In, Out>(wire: Step<In, Out>['wire']): Step<In, Out> {
  return { kind: 'step', wire };
}

export function sink<In>(wire: Sink<In>['wire']): Sink<In> {
  return { kind: 'sink', wire };
}
