import { join } from 'node:path';
import type { Fate } from './dirt.ts';
import type { GenerateOptions } from './options.ts';
import { Output } from './output.ts';
import type { Spoilt } from './spoiler.ts';

/** A line of the manifest: a spoilt record, and what must become of it. */
export interface ManifestEntry {
  /** Name of the file, without its folder. */
  readonly file: string;
  /** Physical line the record begins on; the header is line 1. */
  readonly line: number;
  readonly kind: string;
  readonly expected: Fate;
  /** Fault code or filter reason; of several, the one of the first column at fault. Null where it is to be accepted. */
  readonly reason: string | null;
  /** All of them, in the order of their columns. */
  readonly reasons: readonly string[];
}

/** Writes down what was spoilt, as JSON lines, and counts what is to become of it. */
export class Manifest {
  /** Undefined if none is written. */
  readonly path: string | undefined;
  readonly counts: Record<Fate, number> = { dead_letter: 0, filtered: 0, accepted: 0 };
  #output: Output | undefined;

  constructor({ out, manifest, dirty = 0 }: GenerateOptions) {
    const wanted = manifest === undefined ? dirty > 0 : manifest !== false;
    this.path = wanted ? manifest || join(out, 'manifest', 'manifest.jsonl') : undefined;
  }

  async add(file: string, spoilt: readonly Spoilt[]): Promise<void> {
    for (const { dirt } of spoilt) this.counts[dirt.expected]++;
    if (this.path === undefined) return;
    this.#output ??= await Output.create(this.path);
    const text = spoilt.map((each) => `${JSON.stringify(entry(file, each))}\n`).join('');
    await this.#output.write(Buffer.from(text));
  }

  async finish(): Promise<void> {
    await this.#output?.finish();
  }

  async abandon(): Promise<void> {
    await this.#output?.abandon();
  }
}

function entry(file: string, { line, dirt }: Spoilt): ManifestEntry {
  const { kind, expected, reasons } = dirt;
  return { file, line, kind, expected, reason: reasons[0] ?? null, reasons };
}
