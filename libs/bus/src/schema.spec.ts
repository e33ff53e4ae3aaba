import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dataSchemas } from './envelope';
import { eventsJsonSchema, eventsJsonSchemaText } from './schema';

const file = join(__dirname, '../../../docs/schema/events.json');

describe('the published JSON Schema', () => {
  it('is what the code checks; LINEWATCH_WRITE_SCHEMA=1 with this test writes it anew', () => {
    if (process.env['LINEWATCH_WRITE_SCHEMA'] === '1') {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, eventsJsonSchemaText());
    }
    expect(existsSync(file) ? readFileSync(file, 'utf8') : 'missing').toBe(eventsJsonSchemaText());
  });

  it('has every event', () => {
    const { $defs } = eventsJsonSchema() as { $defs: object };
    expect(Object.keys($defs)).toEqual(Object.keys(dataSchemas));
  });
});
