import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch } from '../../../engine/batch.ts';
import { fillOptions } from '../../../engine/fill-options.ts';
import type { Fault, OperatorContext, Outputs, SourcePosition } from '../../../engine/operator.ts';
import type { SourceState } from '../../../operators/csv/source-state.ts';
import { csvSource } from '../../../operators/csv-source.ts';

/** Public CSVs that are not part of the repository; tests that want them are skipped where they are missing. */
export const SHARED = join(import.meta.dirname, '../../../../shared/data');
export const sharedMissing = existsSync(SHARED) ? false : `no ${SHARED} here`;

export interface Letter {
  readonly line: number;
  readonly offset: number;
  readonly raw: string;
  readonly faults: readonly Fault[];
}

/** All that a source gave. */
export interface Reading {
  readonly records: Record<string, string>[];
  readonly lines: number[];
  readonly offsets: number[];
  readonly raws: string[];
  readonly letters: Letter[];
  readonly filtered: { line: number; reason: string }[];
  readonly positions: SourcePosition[];
  readonly sequences: number[];
  /** Records of each batch. */
  readonly sizes: number[];
}

export function emptyReading(): Reading {
  return {
    records: [],
    lines: [],
    offsets: [],
    raws: [],
    letters: [],
    filtered: [],
    positions: [],
    sequences: [],
    sizes: [],
  };
}

export function outputsInto(reading: Reading): Outputs {
  const refuse = () => {
    throw new Error('not for a source');
  };
  return {
    emit: refuse,
    written: refuse,
    late: refuse,
    watermark: refuse,
    deadLetter: ({ provenance }, row, faults) => {
      const line = provenance.lines[row]!;
      reading.letters.push({ line, offset: provenance.offsetOf(row), raw: provenance.raw(row), faults });
    },
    filtered: ({ provenance }, rows, reason) => {
      for (const row of rows) reading.filtered.push({ line: provenance.lines[row]!, reason });
    },
  };
}

export function contextOf(file: string, signal: AbortSignal = new AbortController().signal): OperatorContext {
  return {
    id: 'source',
    split: { fileId: 1, file, part: 0 },
    signal,
    now: () => 0,
    random: () => 0.5,
    service: () => {
      throw new Error('no services');
    },
  };
}

/** Reads a file with the operator's options; stops after `upTo` positions if that is given. */
export async function read(path: string, options: Record<string, unknown> = {}, upTo = Infinity): Promise<Reading> {
  const reading = emptyReading();
  const source = csvSource.source!(fillOptions(csvSource, options), contextOf(path));
  for await (const item of source.read(outputsInto(reading))) {
    if ('kind' in item) {
      reading.positions.push(item);
      if (reading.positions.length >= upTo) break;
    } else note(reading, item);
  }
  return reading;
}

function note(reading: Reading, batch: Batch): void {
  const { provenance, length } = batch;
  reading.sequences.push(batch.sequence);
  reading.sizes.push(batch.length);
  for (let row = 0; row < length; row++) {
    reading.records.push(batch.records[row] as Record<string, string>);
    reading.lines.push(provenance.lines[row]!);
    reading.offsets.push(provenance.offsetOf(row));
    reading.raws.push(provenance.raw(row));
  }
}

export function stateOf(position: SourcePosition | undefined): SourceState {
  return position?.state as SourceState;
}

/** Runs `work` with a folder that is removed afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tillstream-csv-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads a file of those bytes. */
export function readBytes(bytes: Uint8Array | string, options: Record<string, unknown> = {}): Promise<Reading> {
  return inFolder(async (folder) => {
    const path = join(folder, 'sales.csv');
    await writeFile(path, bytes);
    return read(path, options);
  });
}

/** The stable code of what `work` throws. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return String((error as { code?: string }).code ?? error);
  }
}
