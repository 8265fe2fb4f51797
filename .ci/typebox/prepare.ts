import { bundleTypebox } from './bundle.ts';

// What is installed works without, it only starts later.
await bundleTypebox().catch((error: unknown) => console.warn(`TypeBox stays as it is: ${String(error)}`));
