import type { FileSummary, LiveRun, RunSummary } from '../server-types.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'quiet';

export const FILE_TONES: Record<FileSummary['status'], Tone> = {
  waiting: 'quiet',
  loading: 'busy',
  done: 'good',
  unchanged: 'quiet',
  unmatched: 'warn',
  failed: 'bad',
  replaced: 'quiet',
  abandoned: 'warn',
};

export const RUN_TONES: Record<LiveRun['status'] | RunSummary['status'], Tone> = {
  waiting: 'quiet',
  running: 'busy',
  stopping: 'warn',
  done: 'good',
  failed: 'bad',
  aborted: 'warn',
};
