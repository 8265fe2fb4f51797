// JavaScript, as `engine/stage-worker.js` and for its reason.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { loadTypeboxAtOnce } = await import('../../engine/typebox-bundle.ts');
loadTypeboxAtOnce();
await import('./ingest-worker.ts');
