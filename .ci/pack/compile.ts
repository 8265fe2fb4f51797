import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DIST } from './project.ts';

/** Compiles the project into `dist/`; whether its types are right is for `npm run check` to say. Throws an Error with what the compiler says. */
export function compile(): void {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  const args = [join(typescript, 'bin/tsc'), '-p', join(import.meta.dirname, 'tsconfig.json'), '--outDir', DIST];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the package cannot be compiled:\n${stdout}${stderr}`);
  for (const file of globSync('**/*.{js,d.ts}', { cwd: DIST })) renameImports(join(DIST, file));
}

/** The compiler renames what is imported, but neither addresses of modules nor the imports of declarations. */
export function renameImports(path: string): void {
  const text = readFileSync(path, 'utf8');
  const renamed = path.endsWith('.d.ts')
    ? text.replaceAll(/((?:from |import\()['"]\.{1,2}\/[^'"]*)\.ts(?=['"])/g, '$1.js')
    : text.replaceAll(/((?:new URL|import)\((['"`])\.{1,2}\/(?:(?!\2).)*)\.ts(?=\2)/g, '$1.js');
  if (renamed !== text) writeFileSync(path, renamed);
}
