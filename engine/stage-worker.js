// JavaScript, because types are taken out of what comes before the next line by loading a compiler, which takes longer than all else.
import { enableCompileCache } from 'node:module';

// A thread does not share its parent's compile cache; what is imported before this line would not be cached.
enableCompileCache();
const { importQuickly } = await import('./quick-imports.ts');
importQuickly();
await import('./stage-thread.ts');
