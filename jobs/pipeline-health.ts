import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from './home.ts';

/** What `logs/pipeline_health.json` says, in the Python original's shape. */
export interface PipelineHealth {
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly status: 'OK' | 'FAIL';
  readonly message: string;
}

/** Writes how the last daily run went for programs that watch it; whole, or not at all. */
export async function writePipelineHealth({ logs }: Home, health: PipelineHealth): Promise<void> {
  await mkdir(logs, { recursive: true });
  const path = join(logs, 'pipeline_health.json');
  await writeFile(`${path}.new`, `${JSON.stringify(health, null, 2)}\n`);
  await rename(`${path}.new`, path);
}
