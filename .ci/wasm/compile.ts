import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const CSV = join(import.meta.dirname, '../../operators/csv');
const SOURCE = 'block-scan.ts';
/** The module that the product loads. */
export const TARGET: string = join(CSV, 'block-scan-code.ts');

/** What stands in {@link TARGET} for the source as it is. Throws an Error with what the compiler says. */
export async function compiled(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tillstream-wasm-'));
  try {
    const out = join(folder, 'module.wasm');
    const options = ['--enable', 'simd', '-O3', '--runtime', 'stub', '--initialMemory', '10', '--outFile', out];
    const { error, stderr } = await asc.main([SOURCE, '--baseDir', join(CSV, 'wasm'), ...options]);
    if (error) throw new Error(`${SOURCE} cannot be compiled:\n${stderr}`, { cause: error });
    return moduleOf(readFileSync(out));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function moduleOf(code: Buffer): string {
  const lines = code.toString('base64').match(/.{1,110}/g) ?? [];
  const text = lines.map((line) => `  '${line}',`).join('\n');
  return `/** WebAssembly, in base64: \`wasm/${SOURCE}\` as \`.ci/wasm/compile.ts\` compiles it. */\nexport const BLOCK_SCAN_CODE: string = [\n${text}\n].join('');\n`;
}

if (import.meta.main) writeFileSync(TARGET, await compiled());
