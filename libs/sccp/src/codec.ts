import type { Field } from './field';
import type { Layout, Layouts } from './layout';
import { displayLayouts, keyLayouts, presenceLayouts } from './layouts-call';
import { mediaLayouts } from './layouts-media';
import { registrationLayouts } from './layouts-registration';
import type { Message, MessageName, RawMessage } from './messages';
import { type Dialect, PayloadReader, PayloadWriter } from './payload';

/** Messages from and to bytes: what the table of layouts says, and nothing else. Total in both directions. */

/** The one table of layouts. */
export const layouts: Layouts = {
  ...registrationLayouts,
  ...presenceLayouts,
  ...keyLayouts,
  ...displayLayouts,
  ...mediaLayouts,
};

/** A frame without its length: what a stream is cut into [sccp-wire 1]. */
export interface Frame {
  /** The version the sender wrote in the header. It decides nothing: the layout follows from the negotiated version. */
  readonly headerVersion: number;
  readonly id: number;
  readonly payload: Buffer;
}

/** A row of the table as the codec walks it. */
interface Row {
  readonly id: number;
  readonly name: MessageName;
  readonly atLeast: number;
  readonly fields: readonly (readonly [string, Field<unknown>])[];
}

const rows = (Object.entries(layouts) as [MessageName, Layout][]).map(([name, { id, atLeast = 0, fields }]): Row => ({
  id,
  name,
  atLeast,
  fields: Object.entries(fields),
}));
const rowById: ReadonlyMap<number, Row> = new Map(rows.map((row) => [row.id, row]));
const rowByName = Object.fromEntries(rows.map((row) => [row.name, row])) as Readonly<Record<MessageName, Row>>;

/** The name of a message number; undefined for a number that is in no row. */
export function messageNameOf(id: number): MessageName | undefined {
  return rowById.get(id)?.name;
}

/** Reads a frame. What is beyond its end is absent, what is beyond the layout is ignored. */
export function decodeMessage(frame: Frame, dialect: Dialect): Message | RawMessage {
  const { id, payload } = frame;
  const row = rowById.get(id);
  if (!row) return { name: 'raw', id, reason: 'unknown', payload };
  if (payload.length < row.atLeast) return { name: 'raw', id, reason: 'short', payload };
  const reader = new PayloadReader(payload, dialect);
  const message: Record<string, unknown> = { name: row.name };
  for (const [key, field] of row.fields) message[key] = field.read(reader);
  return message as unknown as Message;
}

/** These have 0 in their header whatever was negotiated [sccp-wire 1.2]. */
const plainHeader: ReadonlySet<MessageName> = new Set([
  'RegisterAckMessage',
  'KeepAliveAckMessage',
  'UnregisterAckMessage',
]);

/** The header's version: 0 up to version 11, as CallManager and the servers in use send it; the version from 15 on. */
export function headerVersionOf(name: MessageName, dialect: Dialect): number {
  return dialect.version >= 15 && !plainHeader.has(name) ? dialect.version : 0;
}

const HEADER = 12;

/** Writes a whole frame, padded to four bytes [sccp-wire 1]. Numbers and texts that do not fit their field are cut. */
export function encodeMessage(message: Message, dialect: Dialect): Buffer {
  const { id, fields } = rowByName[message.name];
  const writer = new PayloadWriter(dialect);
  for (const [key, field] of fields) field.write(writer, message[key as keyof typeof message]);
  const payload = writer.payload();
  const padded = Math.ceil(payload.length / 4) * 4;
  // Not out of Node's pool: a frame that waits for a slow phone would keep the pool with it.
  const frame = Buffer.allocUnsafeSlow(HEADER + padded);
  frame.writeUInt32LE(padded + 4, 0);
  frame.writeUInt32LE(headerVersionOf(message.name, dialect), 4);
  frame.writeUInt32LE(id, 8);
  payload.copy(frame, HEADER);
  frame.fill(0, HEADER + payload.length);
  return frame;
}
