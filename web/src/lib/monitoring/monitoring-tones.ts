import type { Tone } from '../live/tones.ts';
import type { Alert, CheckView } from '../server-types.ts';

export const VERDICT_TONES: Record<CheckView['verdict'], Tone> = { failing: 'bad', learning: 'quiet', ok: 'good' };

export const SEVERITY_TONES: Record<Alert['severity'], Tone> = { critical: 'bad', warning: 'warn', info: 'quiet' };

export const STATE_TONES: Record<Alert['state'], Tone> = {
  open: 'bad',
  acknowledged: 'warn',
  expected: 'quiet',
  resolved: 'good',
};
