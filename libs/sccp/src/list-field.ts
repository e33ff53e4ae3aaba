import type { Field } from './field';
import { ip20, ip4, text, u32 } from './field';
import type { PayloadReader, PayloadWriter } from './payload';

/** Fields that hold several entries of one kind: how many there are is written before them. */

/** Entries a reader takes at most, whatever the count says. */
const MOST_ENTRIES = 64;

interface Entry<T> {
  readonly size: number;
  read(from: PayloadReader): T;
  write(to: PayloadWriter, value: T): void;
}

/** Entries up to the count, the end of the payload or the bound. A cut entry is left out. */
function readEntries<T>(from: PayloadReader, count: number, entry: Entry<T>): T[] {
  const most = Math.min(count, MOST_ENTRIES, Math.floor(from.remaining / entry.size));
  return Array.from({ length: most }, () => entry.read(from));
}

/** The entries in a table of so many slots, the rest filled. */
function writeEntries<T>(to: PayloadWriter, values: readonly T[], slots: number, entry: Entry<T>, filler?: T): void {
  values.slice(0, slots).forEach((value) => entry.write(to, value));
  for (let free = slots - values.length; free > 0; free--) {
    if (filler === undefined) to.zeros(entry.size);
    else entry.write(to, filler);
  }
}

/** Offset, count and total, as in the three templates; all of it goes in one message. */
function template<T>(entry: Entry<T>, slotsFor: (count: number) => number, filler?: T): Field<readonly T[]> {
  return {
    read: (from) => {
      from.offset += 4;
      const count = from.uint(4) ?? 0;
      from.offset += 4;
      return readEntries(from, count, entry);
    },
    write: (to, values) => {
      const slots = slotsFor(values.length);
      const count = Math.min(values.length, slots);
      to.uint(4, 0);
      to.uint(4, count);
      to.uint(4, count);
      writeEntries(to, values, slots, entry, filler);
    },
    show: (values) => String(values.length),
  };
}

/** One button of a phone: which of its kind, and the kind. */
export interface ButtonDefinition {
  readonly instance: number;
  readonly type: number;
}

const button: Entry<ButtonDefinition> = {
  size: 2,
  read: (from) => ({ instance: from.uint(1) ?? 0, type: from.uint(1) ?? 0 }),
  write: (to, { instance, type }) => {
    to.uint(1, instance);
    to.uint(1, type);
  },
};

/** 42 slots, or 56 for a phone with side cars [sccp-wire 3]. */
export const buttons = template(button, (count) => (count > 42 ? 56 : 42), { instance: 0, type: 0xff });

/** One soft key: its label and the number that SoftKeyEventMessage gives back. */
export interface SoftKeyDefinition {
  readonly label: string;
  readonly event: number;
}

const label = text(16);
export const softKeys = template<SoftKeyDefinition>(
  {
    size: 20,
    read: (from) => ({ label: label.read(from), event: u32.read(from) }),
    write: (to, value) => {
      label.write(to, value.label);
      u32.write(to, value.event);
    },
  },
  () => 32,
);

/** A soft key's help text has the number of the key and 300. */
const INFO_INDEX = 300;

/** Each set is a list of keys by their place in the soft key template, counted from 1. */
export const softKeySets = template<readonly number[]>(
  {
    size: 48,
    read: (from) => {
      const keys = [...from.take(16)];
      from.offset += 32;
      const end = keys.indexOf(0);
      return end < 0 ? keys : keys.slice(0, end);
    },
    write: (to, keys) => {
      const slots = Array.from({ length: 16 }, (_, index) => keys[index] ?? 0);
      slots.forEach((key) => to.uint(1, key));
      slots.forEach((key) => to.uint(2, key === 0 ? 0 : INFO_INDEX + key));
    },
  },
  () => 16,
);

/** A codec that a phone can receive and send. */
export interface AudioCapability {
  readonly codec: number;
  /** Milliseconds of sound in a packet at most; frames for some codecs. */
  readonly maxFramesPerPacket: number;
}

/** A count, bytes that we do not read, and up to 18 capabilities; phones may cut the list after the last one. */
export function audioCapabilities(gap: number): Field<readonly AudioCapability[]> {
  const capability: Entry<AudioCapability> = {
    size: 16,
    read: (from) => {
      const read = { codec: u32.read(from), maxFramesPerPacket: u32.read(from) };
      from.offset += 8;
      return read;
    },
    write: (to, { codec, maxFramesPerPacket }) => {
      to.uint(4, codec);
      to.uint(4, maxFramesPerPacket);
      to.zeros(8);
    },
  };
  return {
    read: (from) => {
      const count = from.uint(4) ?? 0;
      from.offset += gap;
      return readEntries(from, Math.min(count, 18), capability);
    },
    write: (to, values) => {
      to.uint(4, Math.min(values.length, 18));
      to.zeros(gap);
      writeEntries(to, values.slice(0, 18), Math.min(values.length, 18), capability);
    },
    show: (values) => values.map(({ codec }) => codec).join(','),
  };
}

/** A server that a phone may register with. */
export interface ServerEntry {
  readonly name: string;
  readonly port: number;
  readonly address: string;
}

const serverName = text(48);
const SERVERS = 5;

/** Five names, five ports, five addresses: 280 bytes, or 360 with addresses of twenty bytes. */
export const servers: Field<readonly ServerEntry[]> = {
  read: (from) => {
    const ip = from.payload.length >= 360 ? ip20 : ip4;
    const names = Array.from({ length: SERVERS }, () => serverName.read(from));
    const ports = names.map(() => u32.read(from));
    const addresses = names.map(() => ip.read(from));
    const all = names.map((name, at) => ({ name, port: ports[at] ?? 0, address: addresses[at] ?? '' }));
    return all.filter(({ name, port }) => name !== '' || port !== 0);
  },
  write: (to, values) => {
    const ip = to.dialect.version >= 17 ? ip20 : ip4;
    const all = Array.from({ length: SERVERS }, (_, at) => values[at]);
    all.forEach((server) => serverName.write(to, server?.name ?? ''));
    all.forEach((server) => u32.write(to, server?.port ?? 0));
    all.forEach((server) => ip.write(to, server?.address ?? '0.0.0.0'));
  },
  show: (values) => String(values.length),
};
