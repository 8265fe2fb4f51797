/**
 * `execArgv` for threads that begin with TypeScript: what they compile is kept for the next one, and imports are quick. Without
 * it, taking the types out of the first module alone takes longer than starting the thread.
 */
export const QUICK_START: string[] = ['--import', new URL('./quick-thread.js', import.meta.url).href];
