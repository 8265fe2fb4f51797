import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureDashboard } from '../../web/build.ts';
import { bundleTypebox } from '../typebox/bundle.ts';
import { compile, renameImports } from './compile.ts';
import { innerManifest, type Manifest, packedManifest } from './manifest.ts';
import { ORIGINAL, restoreManifest } from './original.ts';
import { DIST, PROJECT } from './project.ts';

/** What is found by its place at run time, besides modules. */
const ASSETS = [
  'db/**/*.sql',
  'web/build/**/*',
  '.cache/typebox-*/*.mjs',
  'docs/*.{md,json}',
  'docs/examples/**/*',
  'data/{product_catalog,stores}.csv',
  'schema_config.json',
];

/** Modules that are JavaScript as they stand, which the compiler leaves where they are. */
const SCRIPTS = ['bin/*.js', 'db/*.js', 'engine/*.js'];

restoreManifest();
await ensureDashboard();
await bundleTypebox();
rmSync(DIST, { recursive: true, force: true });
compile();
for (const path of globSync(ASSETS, { cwd: PROJECT, withFileTypes: false })) copy(path);
for (const path of globSync(SCRIPTS, { cwd: PROJECT, withFileTypes: false })) {
  copy(path);
  renameImports(join(DIST, path));
}
const manifest = readFileSync(join(PROJECT, 'package.json'), 'utf8');
writeFileSync(join(DIST, 'package.json'), json(innerManifest(JSON.parse(manifest) as Manifest)));
writeFileSync(ORIGINAL, manifest);
writeFileSync(join(PROJECT, 'package.json'), json(packedManifest(JSON.parse(manifest) as Manifest)));

function copy(path: string): void {
  const to = join(DIST, path);
  mkdirSync(dirname(to), { recursive: true });
  if (existsSync(join(PROJECT, path))) cpSync(join(PROJECT, path), to, { recursive: true });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
