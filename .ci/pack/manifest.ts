/** The parts of package.json that differ in the package. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly [other: string]: unknown;
}

/** What the dashboard is built with; the package holds it built. */
const BUILD_ONLY = /^(?:@sveltejs\/|svelte$|vite$|chart\.js$)/;
/** What has no meaning in a package. */
const LEFT_OUT = ['scripts', 'devDependencies', 'overrides', 'files'];

/** The manifest of the package: what the project's names as TypeScript, compiled. */
export function packedManifest(manifest: Manifest): Record<string, unknown> {
  const kept = Object.entries(manifest).filter(([name]) => !LEFT_OUT.includes(name));
  const dependencies = Object.entries(manifest.dependencies).filter(([name]) => !BUILD_ONLY.test(name));
  return {
    ...Object.fromEntries(kept),
    files: ['dist'],
    bin: mapped(manifest.bin, (path) => inDist(path)),
    exports: mapped(manifest.exports, (path) => exported(path, inDist)),
    dependencies: Object.fromEntries(dependencies),
  };
}

/** The manifest in `dist/`, by which the compiled modules know themselves by name. */
export function innerManifest({ name, version, type, exports }: Manifest): Record<string, unknown> {
  return { name, version, type, exports: mapped(exports, (path) => exported(path, (inner) => inner)) };
}

function exported(path: string, at: (path: string) => string): unknown {
  if (!path.endsWith('.ts')) return path;
  const bare = path.slice(0, -'.ts'.length);
  return { types: at(`${bare}.d.ts`), default: at(`${bare}.js`) };
}

function inDist(path: string): string {
  return `./dist/${path.replace(/^\.\//, '')}`;
}

function mapped<T>(record: Readonly<Record<string, string>>, of: (value: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));
}
