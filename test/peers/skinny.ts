import type { CapturedKind } from './capture';
import { type CapturedFrame, type Fields, first } from './pdml';

/** Skinny as tshark decoded it. No code of linewatch takes part in reading it. */

/** One Skinny message. */
export interface SkinnyMessage {
  /** Number of the frame in which it ended. */
  readonly frame: number;
  /** `address:port`. */
  readonly source: string;
  readonly destination: string;
  readonly id: number;
  readonly headerVersion: number;
  /** Every field by tshark's name: `skinny.featureStatus`. */
  readonly fields: Fields;
  /** Octets at its end that tshark has no field for. */
  readonly undecoded: number;
}

/** Numbers of messages [sccp-wire 3, 4], by the name that tshark shows. */
export const skinnyIds = {
  RegisterReq: 0x0001,
  OpenReceiveChannelAck: 0x0022,
  SubscriptionStatReq: 0x0048,
  RegisterAck: 0x0081,
  StartMediaTransmission: 0x008a,
  CallInfo: 0x008f,
  ForwardStatRes: 0x0090,
  ConfigStatRes: 0x0093,
  TimeDateRes: 0x0094,
  ButtonTemplateRes: 0x0097,
  CapabilitiesReq: 0x009b,
  KeepAliveAck: 0x0100,
  OpenReceiveChannel: 0x0105,
  SoftKeyTemplateRes: 0x0108,
  SoftKeySetRes: 0x0109,
  CallState: 0x0111,
  UnregisterAck: 0x0118,
  FeatureStatV2Res: 0x0146,
  CallInfoV2: 0x014a,
  SubscriptionStat: 0x0152,
  Notification: 0x0153,
} as const;

export type SkinnyName = keyof typeof skinnyIds;

/** All Skinny of a system's port. */
export const skinnyKind: CapturedKind<SkinnyMessage> = {
  name: 'skinny',
  decodeAs: ['tcp'],
  options: [],
  messagesOf,
  lineOf,
};

function messagesOf({ fields: frame, pdus }: CapturedFrame): SkinnyMessage[] {
  const addressed = (side: 'src' | 'dst') => `${first(frame, `ip.${side}`)}:${first(frame, `tcp.${side}port`)}`;
  return pdus
    .filter(({ protocol }) => protocol === 'skinny')
    .map(({ fields, undecoded }) => ({
      frame: Number(first(frame, 'frame.number')),
      source: addressed('src'),
      destination: addressed('dst'),
      id: Number(first(fields, 'skinny.messageId')),
      headerVersion: Number(first(fields, 'skinny.hdr_version')),
      fields,
      undecoded,
    }));
}

/** The number in a field of a message; NaN when tshark found no such field in it. */
export function numberIn({ fields }: SkinnyMessage, field: string): number {
  return Number(first(fields, `skinny.${field}`));
}

/** What the system said to one phone, and what it heard of it. */
export class SkinnyTalk {
  constructor(
    private readonly messages: readonly SkinnyMessage[],
    /** The phone's `address:port`, by its last RegisterReq. */
    readonly phone: string,
  ) {}

  /** @throws Error when no such phone registered */
  static of(messages: readonly SkinnyMessage[], deviceName: string): SkinnyTalk {
    const register = [...messages]
      .reverse()
      .find(({ id, fields }) => id === skinnyIds.RegisterReq && first(fields, 'skinny.DeviceName') === deviceName);
    if (!register) throw new Error(`no RegisterReq of ${deviceName} is in the capture`);
    return new SkinnyTalk(messages, register.source);
  }

  /** Messages of that name to the phone, or from it, in their order on the wire. */
  all(name: SkinnyName): SkinnyMessage[] {
    return this.messages.filter(
      ({ id, source, destination }) => id === skinnyIds[name] && (source === this.phone || destination === this.phone),
    );
  }

  /** Everything that the phone was told, in its order on the wire. */
  heard(): SkinnyMessage[] {
    return this.messages.filter(({ destination }) => destination === this.phone);
  }

  /** `skinny.featureStatus` of one BLF key, each change once: a phone asks for the status that it may have heard before. */
  keyStatuses(instance: number): number[] {
    const told = this.all('FeatureStatV2Res').filter((message) => numberIn(message, 'featureIndex') === instance);
    return changesOf(told.map((message) => numberIn(message, 'featureStatus')));
  }

  /** `skinny.notificationStatus` of one entry of a call list. */
  listStatuses(transaction: number): number[] {
    return this.all('Notification')
      .filter((message) => numberIn(message, 'transactionId') === transaction)
      .map((message) => numberIn(message, 'notificationStatus'));
  }
}

function changesOf(values: readonly number[]): number[] {
  return values.filter((value, at) => at === 0 || value !== values[at - 1]);
}

function lineOf({ frame, source, destination, id, fields }: SkinnyMessage): string {
  const name =
    Object.entries(skinnyIds).find(([, each]) => each === id)?.[0] ?? `0x${id.toString(16).padStart(4, '0')}`;
  const shown = ['featureIndex', 'featureStatus', 'transactionId', 'cause', 'notificationStatus', 'callState'].flatMap(
    (field) => first(fields, `skinny.${field}`) ?? [],
  );
  return `${frame} ${source} → ${destination} ${name} ${shown.join(' ')}`.trimEnd();
}
