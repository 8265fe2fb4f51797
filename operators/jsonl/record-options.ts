import { Type } from '@sinclair/typebox';

/** How JSON objects become records, whichever source they come from. */
export const RecordOptions = {
  nested: Type.Union([Type.Literal('flatten'), Type.Literal('json')], {
    default: 'flatten',
    description:
      'Objects within a record become fields such as `customer.name`, or one field that holds their JSON. Lists are always JSON.',
  }),
  fields: Type.Optional(
    Type.Array(Type.String(), {
      minItems: 1,
      description: 'Fields to take, others are left out; all that the records have unless given.',
    }),
  ),
  maxFields: Type.Integer({
    minimum: 1,
    default: 1000,
    description: 'Records with which there would be more fields than this become dead letters.',
  }),
} as const;
