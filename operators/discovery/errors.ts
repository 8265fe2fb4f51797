import { TillstreamError } from '../../engine/errors.ts';

/** The module at `path` is not what an operator's has to be. */
export function badOperator(path: string, why: string, cause?: unknown): TillstreamError {
  return new TillstreamError('bad_operator', `${path}: ${why}`, { file: path, cause });
}

/** The package with this manifest does not say which operators it has. */
export function badPackage(manifest: string, why: string): TillstreamError {
  return new TillstreamError('bad_operator_package', `${manifest}: ${why}`, { file: manifest });
}
