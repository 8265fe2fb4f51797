import type { Split } from '../../engine/batch.ts';
import { pathIn, splitMark, stemOf } from '../csv-output/folders.ts';

/** Ends of names that `dead-letter` gave, so that a mended file that is rejected again does not grow its name. */
const OWN_ENDING = /\.rejected(-\d+){0,2}$/;

/** Where in `folder` the rejected records of a file stand. */
export function rejectedPathIn(folder: string, split: Split): string {
  const stem = stemOf(split.file).replace(OWN_ENDING, '');
  // The number keeps files of the same name apart, and makes a file that is loaded again write the same one.
  return pathIn(folder, `${stem}.rejected${splitMark(split)}.csv`);
}
