// For `--import` on threads that begin with TypeScript. This is JavaScript, as `stage-worker.js` and for its reason.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { loadTypeboxAtOnce } = await import('./typebox-bundle.ts');
loadTypeboxAtOnce();
