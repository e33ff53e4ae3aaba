/** From a message to the bytes of the wire [RFC3261 7]. */
import type { SipMessage } from './message';

/**
 * The bytes of a message: start line, fields in their order, then Content-Length as the last of them, set to the body's
 * octets whatever was there before [RFC3261 20.14]. A line break inside a value can never start another line: it becomes
 * a space.
 */
export function serialize(message: SipMessage): Buffer {
  let text =
    message.kind === 'request'
      ? `${oneLine(message.method)} ${oneLine(message.requestUri)} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${oneLine(message.reason)}\r\n`;
  for (const field of message.headers) {
    if (field.name !== 'Content-Length') text += `${oneLine(field.name)}: ${oneLine(field.value)}\r\n`;
  }
  text += `Content-Length: ${message.body.length}\r\n\r\n`;
  const head = Buffer.from(text, 'utf8');
  return message.body.length === 0 ? head : Buffer.concat([head, message.body]);
}

function oneLine(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]+/g, ' ') : text;
}
