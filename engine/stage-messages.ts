import type { Split } from './batch.ts';
import type { ErrorData } from './errors.ts';
import type { OperatorMetrics } from './metrics.ts';
import type { Checkpoint } from './operator.ts';
import type { Plan } from './plan.ts';
import type { PackedBatch, Returned } from './transfer.ts';

/** What a stage's thread is started with: URLs of modules that it imports. */
export interface StageModules {
  readonly registryModule: string;
  readonly servicesModule: string;
}

/** What it works with. */
export interface StageSetup extends StageModules {
  /** Folder in which the registry's module looks for operators besides its own. */
  readonly operatorsHome?: string;
  readonly servicesOptions: unknown;
}

/** A run as the stage is told of it. */
export interface StageRun {
  readonly plan: Plan;
  readonly split: Split;
  readonly measure: string;
  readonly states: Readonly<Record<string, unknown>>;
  readonly sampleMs: number;
}

export type ToStage =
  | { readonly kind: 'open'; readonly setup: StageSetup }
  | { readonly kind: 'run'; readonly run: StageRun }
  | { readonly kind: 'batch'; readonly batch: PackedBatch }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'end' }
  | { readonly kind: 'abort' }
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly service: string;
      readonly method: string;
      readonly args: unknown[];
    }
  | { readonly kind: 'close' };

export type FromStage =
  | { readonly kind: 'opened'; readonly error?: ErrorData }
  | { readonly kind: 'closed' }
  | { readonly kind: 'credit' }
  | { readonly kind: 'returned'; readonly returned: Returned }
  | { readonly kind: 'committed'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'sample'; readonly operators: readonly OperatorMetrics[] }
  | { readonly kind: 'ended'; readonly error?: ErrorData; readonly operators: readonly OperatorMetrics[] }
  | { readonly kind: 'result'; readonly id: number; readonly value?: unknown; readonly error?: ErrorData };
