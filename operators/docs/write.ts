import { writeFileSync } from 'node:fs';
import { loadRegistry } from '../registry.ts';
import { operatorPage } from './operator-page.ts';

const registry = await loadRegistry(undefined, null);
writeFileSync(new URL('../../docs/operators.md', import.meta.url), operatorPage(registry.values()));
