import { NumberTyping } from './number-column.ts';
import { type FieldPlan, planFields, type TypingOptions } from './typing-plan.ts';

/** Plans that nobody uses at the moment, by the options they are of and the header they are for. */
const kept = new WeakMap<TypingOptions, Map<string, FieldPlan[]>>();

/**
 * The plan for a header; one that an earlier file is done with, if there is one. It knows that file's distinct cells and its
 * dictionaries go on, so a thousand small files cost little more than one. Throws what {@link planFields} throws.
 */
export function takePlan(options: TypingOptions, header: readonly string[]): FieldPlan[] {
  const plans = kept.get(options);
  const key = JSON.stringify(header);
  const known = plans?.get(key);
  plans?.delete(key);
  return known ?? planFields(options, header);
}

/** Gives a plan back that has typed a file to its end. One that finds out how a file is written would read the next one by it. */
export function keepPlan(options: TypingOptions, header: readonly string[], plan: FieldPlan[]): void {
  if (plan.some(observes)) return;
  const plans = kept.get(options) ?? new Map<string, FieldPlan[]>();
  kept.set(options, plans.set(JSON.stringify(header), plan));
}

function observes({ typings }: FieldPlan): boolean {
  return typings.some(({ typing }) => typing instanceof NumberTyping && typing.format.observed !== undefined);
}
