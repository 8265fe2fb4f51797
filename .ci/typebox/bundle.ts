import { existsSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { bundleFolder } from '../../engine/quick-imports.ts';

interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, { readonly import?: { readonly default: string } }>>;
}

/** Modules that are needed in every run; others stay with the entries that need them. */
const SHARED = /\/build\/esm\/(?!compiler|parser|syntax|system)/;

/** Puts TypeBox's modules together to one file for each of its entries and one that they share. Returns their folder. */
export async function bundleTypebox(): Promise<string> {
  const root = packageRoot();
  const { version, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const folder = fileURLToPath(bundleFolder(version));
  if (existsSync(folder)) return folder;
  const entry = Object.entries(exports).flatMap(([name, { import: module }]) =>
    module ? [[name.slice(2) || 'index', join(root, module.default)] as const] : [],
  );
  // Nobody may find half a bundle.
  const outDir = `${folder.replace(/\/$/, '')}.${process.pid}`;
  await build({
    ...{ configFile: false, logLevel: 'error', publicDir: false },
    build: {
      ...{ outDir, minify: false, target: 'esnext', reportCompressedSize: false },
      lib: { entry: Object.fromEntries(entry), formats: ['es'], fileName: (_format, name) => `${name}.mjs` },
      rolldownOptions: {
        output: {
          ...{ chunkFileNames: '[name].mjs', banner: `/*! ${license(root)} */` },
          codeSplitting: { groups: [{ name: 'shared', test: SHARED }] },
        },
      },
    },
  });
  renameSync(outDir, folder);
  return folder;
}

function packageRoot(): string {
  const entry = createRequire(import.meta.url).resolve('@sinclair/typebox');
  return entry.slice(0, entry.lastIndexOf(join('/', 'build', '/')));
}

function license(root: string): string {
  return readFileSync(join(root, 'license'), 'utf8').trim();
}
