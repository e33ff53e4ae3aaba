import { z } from 'zod';
import { type BusEventType, attributesSchema, dataSchemaOf, dataSchemas } from './envelope';

/** The published JSON Schema of every event: `docs/schema/events.json`. */
export function eventsJsonSchema(): object {
  const options = { io: 'input', unrepresentable: 'any', target: 'draft-2020-12' } as const;
  const { $schema, properties, ...envelope } = z.toJSONSchema(attributesSchema, options);
  const types = Object.keys(dataSchemas) as BusEventType[];
  return {
    $schema,
    $id: 'urn:linewatch:schema:events',
    title: 'Events of linewatch',
    description: 'CloudEvents 1.0 in structured JSON, as on every subject of the bus but questions and answers.',
    ...envelope,
    additionalProperties: true,
    properties: { ...properties, type: { enum: types } },
    required: [...(envelope.required ?? []), 'data'],
    oneOf: types.map((type) => ({
      title: type,
      properties: {
        type: { const: type },
        dataschema: { const: dataSchemaOf(type) },
        data: { $ref: `#/$defs/${type}` },
      },
    })),
    $defs: Object.fromEntries(types.map((type) => [type, withoutDialect(z.toJSONSchema(dataSchemas[type], options))])),
  };
}

function withoutDialect({ $schema: _dialect, ...schema }: Record<string, unknown>): object {
  return schema;
}

/** The text of that file. */
export function eventsJsonSchemaText(): string {
  return `${JSON.stringify(eventsJsonSchema(), null, 2)}\n`;
}
