/** The public surface: what `import … from 'tillstream'` gives. `docs/typescript.md` describes each name, and a test compares the two. */
export { Type } from '@sinclair/typebox';
export type { Batch, FieldValues } from '../../engine/batch.ts';
export { batchOf } from '../../engine/conformance/material.ts';
export { type Trial, tryOperator } from '../../engine/conformance/try-operator.ts';
export { type ConformanceReport, type ConformanceRequest, conformance } from '../../engine/conformance.ts';
export { defineOperator } from '../../engine/define-operator.ts';
export { TillstreamError } from '../../engine/errors.ts';
export type {
  Fault,
  Operator,
  OperatorContext,
  OperatorInstance,
  Outputs,
  SourceInstance,
  SourcePosition,
} from '../../engine/operator.ts';
export { CallError } from '../../operators/async-map/call-error.ts';
export { asyncMap } from './calls.ts';
export { filter, flatMap, map, type StepContext } from './closures.ts';
export type { FieldSpec, FieldType, RecordOf } from './fields.ts';
export { join, use } from './graph.ts';
export { httpSource, jsonlSource } from './json-sources.ts';
export { lookup } from './lookup.ts';
export { sessionise, sort, topK } from './ordering.ts';
export type { Sink, Source, Step } from './parts.ts';
export { csvSink, httpSink, jsonlSink } from './passing-sinks.ts';
export { into, type Pipeline, pipeline, steps } from './pipeline.ts';
export { asIs, branch, route } from './routes.ts';
export type { PipelineResult, RunOptions } from './run-draft.ts';
export { deduplicate, sample, throttle } from './selecting.ts';
export { fork, type RejectedRecord, recordsSink, sqliteSink } from './sinks.ts';
export { csvSource, merge, recordsSource } from './sources.ts';
export { type Aggregate, sessionWindow, slidingWindow, tumblingWindow, type WindowRecord } from './windows.ts';
