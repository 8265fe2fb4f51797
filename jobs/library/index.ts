/** The public surface: what `import … from 'tillstream'` gives. `docs/typescript.md` describes each name, and a test compares the two. */
export { Type } from '@sinclair/typebox';
export type { Batch, FieldValues } from '../../engine/batch.ts';
export { batchOf } from '../../engine/conformance/material.ts';
export { type Trial, tryOperator } from '../../engine/conformance/try-operator.ts';
export { type ConformanceReport, type ConformanceRequest, conformance } from '../../engine/conformance.ts';
export { defineOperator } from '../../engine/define-operator.ts';
export type {
  Fault,
  Operator,
  OperatorContext,
  OperatorInstance,
  Outputs,
  SourceInstance,
  SourcePosition,
} from '../../engine/operator.ts';
