import type { Tone } from '../live/tones.ts';
import type { JobRun, JobSummary } from '../server-types.ts';

export const JOB_TONES: Record<JobSummary['state'], Tone> = {
  running: 'busy',
  idle: 'good',
  retrying: 'warn',
  failed: 'bad',
  paused: 'quiet',
};

export const JOB_RUN_TONES: Record<JobRun['status'], Tone> = {
  queued: 'quiet',
  running: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'warn',
  skipped: 'quiet',
  lost: 'warn',
};
