/** What REST answers, as TypeBox schemas and their types. Units: money in the currency unit, durations in names, instants ISO 8601. */
export * from './schemas/alerts.ts';
export * from './schemas/catalogue.ts';
export * from './schemas/common.ts';
export * from './schemas/dead-letters.ts';
export * from './schemas/health.ts';
export * from './schemas/jobs.ts';
export * from './schemas/kpi.ts';
export * from './schemas/ledger.ts';
export * from './schemas/monitoring.ts';
export * from './schemas/operator-point.ts';
export * from './schemas/runs.ts';
