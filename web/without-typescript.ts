import { registerHooks } from 'node:module';

/**
 * To be preloaded when the page is built. SvelteKit uses the compiler's API where the package is installed, and does well
 * without it. The one installed here is the native compiler, which has no such API; so SvelteKit must not find it.
 */
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'typescript' && context.parentURL?.includes('/@sveltejs/kit/')) {
      throw Object.assign(new Error('the native compiler has no API for SvelteKit'), { code: 'ERR_MODULE_NOT_FOUND' });
    }
    return next(specifier, context);
  },
});
