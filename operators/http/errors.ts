import { TillstreamError } from '../../engine/errors.ts';

export function badUrl(option: string, got: string, expectation: string): TillstreamError {
  return new TillstreamError('bad_option', `${option}: expected ${expectation}, got "${got}"`);
}

export function missingSecret(header: string, name: string): TillstreamError {
  return new TillstreamError(
    'missing_secret',
    `header "${header}": the environment variable ${name} is not set; set it before the run, or take the header out`,
  );
}
