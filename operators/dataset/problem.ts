import { TillstreamError } from '../../engine/errors.ts';
import type { PlacedJson } from './json-places.ts';

/** Something wrong in the configuration, and where. */
export interface Problem {
  /** JSON pointer of what is wrong. */
  readonly pointer: string;
  /** What was expected, what was got, and the nearest valid name. */
  readonly message: string;
}

/** `/datasets/sales/fields/3/type` as people write it: `datasets.sales.fields[3].type`. */
export function placeOf(pointer: string): string {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const place = steps.map((step) => {
    if (/^\d+$/.test(step)) return `[${step}]`;
    return /^[\w$-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return place.join('').replace(/^\./, '') || 'the document';
}

/** A configuration that cannot be used: every problem in one message, a line each, and beside it as data. */
export class ConfigError extends TillstreamError {
  readonly problems: readonly (Problem & { readonly place: string; readonly line?: number })[];

  constructor(file: string, problems: readonly Problem[], json?: PlacedJson) {
    const placed = problems.map((problem) => {
      const line = json && lineNear(json, problem.pointer);
      return { ...problem, place: placeOf(problem.pointer), ...(line !== undefined && { line }) };
    });
    const sentences = placed.map(({ place, line, message }) => {
      return `${file}${line === undefined ? '' : `, line ${line}`}: ${place}: ${message}`;
    });
    super('invalid_config', sentences.join('\n'), {
      file,
      ...(placed[0]?.line !== undefined && { line: placed[0].line }),
    });
    this.problems = placed;
  }
}

/** Line of what the pointer names; of what it should stand in, where it is absent. */
function lineNear(json: PlacedJson, pointer: string): number | undefined {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const line = json.lineOf(at);
    if (line !== undefined) return line;
  }
  return json.lineOf('');
}
