/** The public surface: what `import … from 'tillstream'` gives. `docs/typescript.md` describes each name, and a test compares the two. */
export { Type } from '@sinclair/typebox';
export { type ConformanceReport, type ConformanceRequest, conformance } from '../../engine/conformance.ts';
export { defineOperator } from '../../engine/define-operator.ts';
