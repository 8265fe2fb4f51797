import { type TSchema, Type } from '@sinclair/typebox';
import { shownRecords } from '../../engine/conformance/given-records.ts';
import type { Operator } from '../../engine/operator.ts';
import { makePlan, type Registry } from '../../engine/plan.ts';
import { type Dataset, readConfig } from '../../operators/dataset/config.ts';
import { compilePlan } from '../../operators/dataset/plan.ts';
import type { App } from '../app.ts';
import { ProblemError } from '../errors.ts';
import { OPERATOR_METRICS } from '../metrics.ts';
import { DatasetCatalogue, type DatasetInfo, OperatorCatalogue, OperatorInfo } from '../schemas/catalogue.ts';
import type { Services } from '../services.ts';

/** What records can go through, and what files there can be: both read from where they are defined. */
export function catalogueRoutes(app: App, { options, operators }: Services): void {
  app.get('/operators', {
    schema: { tags: ['catalogue'], summary: 'The operators there are', response: { 200: OperatorCatalogue } },
    handler: async () => {
      const sorted = [...(await operators.load()).values()].sort((a, b) => a.name.localeCompare(b.name));
      return { items: sorted.map(infoOf) };
    },
  });

  app.get('/operators/:name', {
    schema: {
      ...{ tags: ['catalogue'], summary: 'One operator' },
      params: Type.Object({ name: Type.String({ maxLength: 100 }) }),
      response: { 200: OperatorInfo },
    },
    handler: async ({ params: { name } }) => {
      const found = (await operators.load()).get(name);
      if (!found)
        throw new ProblemError(
          'no_such_operator',
          `no operator is called "${name}"; GET /operators lists those there are`,
        );
      return infoOf(found);
    },
  });

  app.get('/datasets', {
    schema: { tags: ['catalogue'], summary: 'The datasets that are configured', response: { 200: DatasetCatalogue } },
    handler: async () => {
      const registry = await operators.load();
      const config = await readConfig(options.home.config, { operators: [...registry.keys()] });
      const home = options.home.dir;
      return {
        items: [...config.datasets.values()].map((dataset) =>
          datasetInfo(dataset, compilePlan(dataset, { home, checkpointBytes: config.checkpointBytes }), registry),
        ),
      };
    },
  });
}

export function infoOf(operator: Operator): OperatorInfo {
  const {
    name,
    summary,
    description = '',
    stability = 'stable',
    conserves = true,
    options,
    reasons = {},
    example,
  } = operator;
  return {
    ...{
      name,
      kind: operator.source ? ('source' as const) : ('operator' as const),
      summary,
      description,
      stability,
      conserves,
    },
    options: Object.entries(options.properties).map(([option, schema]) => ({
      ...{ name: option, type: typeName(schema), description: schema.description ?? '' },
      required: (options.required ?? []).includes(option) && schema.default === undefined,
      default: schema.default ?? null,
    })),
    reasons: Object.entries(reasons).map(([code, meaning]) => ({ code, meaning })),
    example: example
      ? { options: example.options, input: [...shownRecords(example.input)], output: [...example.output] }
      : null,
    metrics: OPERATOR_METRICS.map(({ name: metric, help }) => ({ name: metric, help })),
  };
}

/** A schema's type in words. */
function typeName(schema: TSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((each: unknown) => JSON.stringify(each)).join(' or ');
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map((each: TSchema) => typeName(each)).join(' or ');
  if (schema.type === 'array') return `list of ${typeName(schema.items as TSchema)}`;
  return typeof schema.type === 'string' ? schema.type : 'any';
}

function datasetInfo(dataset: Dataset, steps: Parameters<typeof makePlan>[0], registry: Registry): DatasetInfo {
  const { name, title, description, match, fields, primaryKey, disposition, contract, map } = dataset;
  return {
    ...{ name, title, description, match: { files: [...match.files], header: [...match.header] } },
    fields: fields.map((field) => ({
      ...{
        name: field.name,
        title: field.title ?? null,
        description: field.description ?? null,
        type: field.type ?? 'string',
      },
      ...{
        format: field.format ?? null,
        required: field.constraints?.required ?? false,
        aliases: [...(field.aliases ?? [])],
      },
    })),
    ...{ primary_key: [...primaryKey], disposition, contract: { ...contract }, map: { ...map } },
    plan: makePlan(steps, registry).map(({ id, operator }) => ({ id, operator })),
  };
}
