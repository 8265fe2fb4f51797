// For `--import` on threads that begin with TypeScript. This is JavaScript, as `stage-worker.js` and for its reason.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { importQuickly } = await import('./quick-imports.ts');
importQuickly();
