import { Draft } from './draft.ts';
import type { Sink, Source, Step } from './parts.ts';
import { type PipelineResult, type RunOptions, runDraft } from './run-draft.ts';

/** A source, steps and a sink that fit each other. Nothing happens before {@link Pipeline.run}. */
export interface Pipeline {
  /**
   * Runs it to its end. A run that was cut off goes on where the sinks have got to, and one over a file that is loaded does nothing.
   * Throws TillstreamError, with file, line and operator where they are known; an abort rejects with an AbortError.
   */
  run(options?: RunOptions): Promise<PipelineResult>;
}

type Part = Source<unknown> | Step<never, unknown> | Sink<never>;

export function pipeline<A>(source: Source<A>, sink: Sink<A>): Pipeline;
export function pipeline<A, B>(source: Source<A>, a: Step<A, B>, sink: Sink<B>): Pipeline;
export function pipeline<A, B, C>(source: Source<A>, a: Step<A, B>, b: Step<B, C>, sink: Sink<C>): Pipeline;
export function pipeline<A, B, C, D>(
  source: Source<A>,
  a: Step<A, B>,
  b: Step<B, C>,
  c: Step<C, D>,
  sink: Sink<D>,
): Pipeline;
export function pipeline<A, B, C, D, E>(
  source: Source<A>,
  a: Step<A, B>,
  b: Step<B, C>,
  c: Step<C, D>,
  d: Step<D, E>,
  sink: Sink<E>,
): Pipeline;
export function pipeline<A, B, C, D, E, F>(
  source: Source<A>,
  a: Step<A, B>,
  b: Step<B, C>,
  c: Step<C, D>,
  d: Step<D, E>,
  e: Step<E, F>,
  sink: Sink<F>,
): Pipeline;
export function pipeline<A, B, C, D, E, F, G>(
  source: Source<A>,
  a: Step<A, B>,
  b: Step<B, C>,
  c: Step<C, D>,
  d: Step<D, E>,
  e: Step<E, F>,
  f: Step<F, G>,
  sink: Sink<G>,
): Pipeline;
/** Puts parts together: each takes the records that the one before it gives. More than six steps go into `steps`. */
export function pipeline(...parts: readonly unknown[]): Pipeline {
  return {
    run: (options = {}) => {
      const draft = new Draft();
      wireAll(draft, parts as readonly Part[], '');
      return runDraft(draft, options);
    },
  };
}

export function steps<A, B, C>(a: Step<A, B>, b: Step<B, C>): Step<A, C>;
export function steps<A, B, C, D>(a: Step<A, B>, b: Step<B, C>, c: Step<C, D>): Step<A, D>;
export function steps<A, B, C, D, E>(a: Step<A, B>, b: Step<B, C>, c: Step<C, D>, d: Step<D, E>): Step<A, E>;
/** Several steps as one. */
export function steps(...parts: readonly unknown[]): unknown {
  return { kind: 'step', wire: (draft: Draft, from: string) => wireAll(draft, parts as readonly Part[], from) };
}

export function into<A, B>(a: Step<A, B>, sink: Sink<B>): Sink<A>;
export function into<A, B, C>(a: Step<A, B>, b: Step<B, C>, sink: Sink<C>): Sink<A>;
export function into<A, B, C, D>(a: Step<A, B>, b: Step<B, C>, c: Step<C, D>, sink: Sink<D>): Sink<A>;
/** A sink with steps before it, as one sink. */
export function into(...parts: readonly unknown[]): unknown {
  return { kind: 'sink', wire: (draft: Draft, from: string) => wireAll(draft, parts as readonly Part[], from) };
}

/** Returns what the last part gives, if it gives anything. */
function wireAll(draft: Draft, parts: readonly Part[], from: string): string {
  return parts.reduce(
    (before, part) => (part.kind === 'source' ? part.wire(draft) : (part.wire(draft, before) ?? before)),
    from,
  );
}
