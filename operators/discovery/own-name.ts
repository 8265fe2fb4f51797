import { registerHooks } from 'node:module';

const OWN_NAME = /^tillstream(?:\/|$)/;
let isAnswering = false;

/**
 * From now on `import … from 'tillstream'` leads to this installation, from wherever on the disk: an operator then has the engine that
 * runs it, and a home needs no packages of its own. For the thread that calls it.
 */
export function answerToOwnName(): void {
  if (isAnswering) return;
  isAnswering = true;
  registerHooks({
    // A package may import itself by name, so asking from here finds what package.json exports.
    resolve: (specifier, context, next) =>
      next(specifier, OWN_NAME.test(specifier) ? { ...context, parentURL: import.meta.url } : context),
  });
}
