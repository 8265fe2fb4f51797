import { guessDialect } from '../csv/guess.ts';
import { readHeader, sampleRecords } from '../csv/sample.ts';
import { type FileSample, type Inference, inferFromSample } from './infer.ts';

/** How much of a file is looked at. */
export interface InferOptions {
  /** Places spread evenly over the file. */
  readonly places?: number;
  readonly recordsPerPlace?: number;
}

/**
 * Works out a dataset for a file that nobody configured, from records at several places of it.
 * Throws what reading the file throws: `file_not_found`, `empty_file`, `binary_file` …
 */
export async function inferDataset(path: string, options: InferOptions = {}): Promise<Inference> {
  return inferFromSample(path, await sampleFile(path, options));
}

/** Records from several places of a file, in the dialect that it seems to be written in. */
export async function sampleFile(
  path: string,
  { places = 16, recordsPerPlace = 125 }: InferOptions = {},
): Promise<FileSample> {
  const { dialect, evidence, tried } = await guessDialect(path);
  const { names } = await readHeader(path, dialect);
  const records = await sampleRecords(path, dialect, { places, recordsPerPlace });
  const others = tried
    .slice(1, 4)
    .map(
      ({ delimiter, quoteChar, score }) =>
        `${JSON.stringify(delimiter)} with quotes ${quoteChar ?? 'none'} (${score.toFixed(2)})`,
    );
  const alternatives = others.length > 0 ? [`also tried: ${others.join(', ')}`] : [];
  return { header: names, records, dialect, evidence: [...evidence, ...alternatives] };
}
