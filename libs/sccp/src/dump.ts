import { layouts } from './codec';
import type { Field } from './field';
import type { Message, RawMessage } from './messages';

/** Bytes of a message that nobody reads which the log shows. */
const RAW_SHOWN = 32;
const TEXT_SHOWN = 200;

/**
 * A message as one line for the log: its name, then each field with the name of its value where there is one. Empty texts
 * and absent fields are left out.
 */
export function dumpMessage(message: Message | RawMessage): string {
  if (message.name === 'raw') {
    const { id, reason, payload } = message;
    const more = payload.length > RAW_SHOWN ? '…' : '';
    const bytes = payload.toString('hex', 0, RAW_SHOWN);
    return `0x${id.toString(16).padStart(4, '0')} (${reason}, ${payload.length} bytes) ${bytes}${more}`.trimEnd();
  }
  const parts: string[] = [message.name];
  for (const [key, field] of Object.entries(layouts[message.name].fields) as [keyof typeof message, Field<unknown>][]) {
    const value: unknown = message[key];
    if (value === undefined || value === '') continue;
    parts.push(`${key}=${shown(field, value)}`);
  }
  return parts.join(' ');
}

function shown(field: Field<unknown>, value: unknown): string {
  if (field.show) return field.show(value);
  return typeof value === 'string' ? quoted(value) : String(value);
}

/** Letters of a phone's own that would break the line or steer a terminal are written as escapes. */
function quoted(value: string): string {
  if (/^[0-9A-Za-z.:/_+*#-]+$/.test(value)) return value.slice(0, TEXT_SHOWN);
  const escaped = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value.slice(0, TEXT_SHOWN)).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    escaped,
  );
}
