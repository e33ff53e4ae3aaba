import {
  type Config,
  type Ephone,
  type LineDirectory,
  ephoneDnId,
  ephoneId,
  formatMac,
  keysOfType,
  printButton,
} from '@linewatch/config';
import type { LegOverview } from '@linewatch/presence';
import { printable } from '../console-io';
import type { LineOverviews } from '../line-overviews';

/** `show ephone`: SCCP phones in the manner of CME [cme-presence 5.5]; what only a router has is left out. */

/** What a channel of a dn does, in CME's words; `UNKNOWN` while nobody knows whether its call is still up. */
export type ChannelState = 'DOWN' | 'IDLE' | 'SEIZE' | 'RINGING' | 'ALERTING' | 'CONNECTED' | 'HOLD' | 'UNKNOWN';

/** A dn on a button of a phone. */
export interface EphoneDnView {
  readonly button: number;
  readonly dn: number;
  readonly number: string;
  readonly channels: readonly ChannelState[];
  readonly shared: boolean;
  readonly overlay: boolean;
}

/** A phone as `show ephone` tells of it; also its JSON form. */
export interface EphoneView {
  readonly tag: number;
  /** Its place among all phones, from 0. */
  readonly index: number;
  readonly mac?: string;
  readonly type?: string;
  readonly registered: boolean;
  readonly edge?: string;
  readonly address?: { readonly host: string; readonly port: number };
  /** The button whose line is in a call; 0: none. */
  readonly activeLine: number;
  readonly mediaActive: boolean;
  readonly offhook: boolean;
  readonly ringing: boolean;
  readonly dnd: boolean;
  /** How many keys it has, where its type is known. */
  readonly maxLine?: number;
  readonly lines: readonly EphoneDnView[];
  /** As `button` was typed. */
  readonly buttons: readonly string[];
}

/** The numbers whose state a phone's listing tells. */
export function numbersOfEphone(config: Config, { buttons }: Ephone): string[] {
  return linesOf(config, buttons).map(({ number }) => number);
}

interface Line {
  readonly button: number;
  readonly dn: number;
  readonly number: string;
  readonly overlay: boolean;
}

/** Buttons that monitor or watch are no lines of a phone. */
function linesOf(config: Config, buttons: Ephone['buttons']): Line[] {
  return Object.entries(buttons).flatMap(([button, { separator, tags }]) => {
    if (separator === 'm' || separator === 'w' || separator === 'x') return [];
    const overlay = separator === 'o' || separator === 'c';
    return tags.flatMap((dn): Line[] => {
      const number = config.ephoneDns[dn]?.number;
      return number === undefined ? [] : [{ button: Number(button), dn, number, overlay }];
    });
  });
}

/** What listings of phones are made of. */
export interface PhoneFacts {
  readonly config: Config;
  /** That of the same configuration. */
  readonly directory: LineDirectory;
  readonly overviews: LineOverviews;
}

/** How a phone is now. @param index its place among all phones, from 0 */
export function ephoneView(phone: Ephone, index: number, facts: PhoneFacts): EphoneView {
  const { config, overviews } = facts;
  const device = ephoneId(phone.tag);
  const lines = linesOf(config, phone.buttons);
  const known = lines.flatMap(({ number }) => overviews.get(number) ?? []);
  const binding = known.flatMap(({ bindings }) => bindings).find((one) => one.device === device);
  const own = lines.flatMap(({ button, number }) =>
    (overviews.get(number)?.legs ?? []).filter((leg) => leg.device === device).map((leg) => ({ button, leg })),
  );
  const states = own.map(({ leg }) => channelState(leg));
  const active = own.find(({ leg }) => isOffHook(channelState(leg)));
  return {
    tag: phone.tag,
    index,
    ...(phone.mac !== undefined && { mac: phone.mac }),
    ...(phone.type !== undefined && { type: phone.type, maxLine: keysOfType(phone.type, phone.addons) }),
    registered: binding !== undefined,
    ...(binding && { edge: binding.edge, address: binding.remote }),
    activeLine: active?.button ?? 0,
    mediaActive: states.includes('CONNECTED'),
    offhook: active !== undefined,
    ringing: states.includes('RINGING'),
    dnd: binding !== undefined && known.some(({ dnd }) => dnd.includes(device)),
    lines: lines.map((line) => dnView(line, facts)),
    buttons: Object.entries(phone.buttons).map(([button, value]) => printButton(button, value)),
  };
}

function isOffHook(state: ChannelState): boolean {
  return state === 'SEIZE' || state === 'ALERTING' || state === 'CONNECTED';
}

/** The channels are the dn's, whichever of its phones has a call on them, as on a router. */
function dnView({ button, dn, number, overlay }: Line, { directory, overviews }: PhoneFacts): EphoneDnView {
  const id = ephoneDnId(dn);
  const instance = directory.resolve(number)?.instances.find((one) => one.id === id);
  const devices = instance?.devices ?? [];
  const { bindings = [], legs = [] } = overviews.get(number) ?? {};
  const isUp = bindings.some(({ device }) => devices.includes(device));
  const busy = callStates(legs.filter((leg) => leg.instance === id));
  const size = Math.max(instance?.channels ?? 1, busy.length);
  const channels = Array.from({ length: size }, (_, at): ChannelState => busy[at] ?? (isUp ? 'IDLE' : 'DOWN'));
  return { button, dn, number, channels, shared: devices.length > 1, overlay };
}

/** A call that rings at several phones of a dn takes one channel; the leg that has come furthest tells. */
function callStates(legs: readonly LegOverview[]): ChannelState[] {
  const states = new Map<string, ChannelState>();
  for (const leg of legs) {
    const [before, state] = [states.get(leg.call), channelState(leg)];
    if (before === undefined || ORDER.indexOf(state) > ORDER.indexOf(before)) states.set(leg.call, state);
  }
  return [...states.values()];
}

const ORDER: readonly ChannelState[] = ['DOWN', 'IDLE', 'UNKNOWN', 'SEIZE', 'RINGING', 'ALERTING', 'HOLD', 'CONNECTED'];

function channelState({ state, direction, held, believed }: LegOverview): ChannelState {
  if (!believed) return 'UNKNOWN';
  if (held) return 'HOLD';
  if (state === 'confirmed') return 'CONNECTED';
  if (direction === 'recipient') return 'RINGING';
  return state === 'trying' ? 'SEIZE' : 'ALERTING';
}

/** `show ephone`: one block a phone. */
export function ephonesText(phones: readonly EphoneView[]): string {
  return phones.map((phone) => `\n${blockOf(phone).join('\n')}\n`).join('');
}

function blockOf(phone: EphoneView): string[] {
  const { type, maxLine, dnd } = phone;
  const keys = maxLine === undefined ? '' : `  max_line ${maxLine}`;
  return [
    headOf(phone),
    flagsOf(phone),
    `${addressText(phone)} ${printable(type ?? 'Unknown')}${keys}${dnd ? ' DnD' : ''}`,
    ...phone.lines.map(lineText),
  ];
}

function headOf({ tag, index, mac, activeLine, registered, edge }: EphoneView): string {
  const state = registered ? `REGISTERED at ${printable(edge ?? '')}` : 'UNREGISTERED';
  return `ephone-${tag}[${index}] Mac:${mac === undefined ? 'none' : formatMac(mac)} activeLine:${activeLine} ${state}`;
}

function flagsOf({ mediaActive, offhook, ringing }: EphoneView): string {
  return `mediaActive:${Number(mediaActive)} offhook:${Number(offhook)} ringing:${Number(ringing)}`;
}

function addressText({ address }: EphoneView): string {
  return address === undefined ? 'IP:0.0.0.0 0' : printable(`IP:${address.host} ${address.port}`);
}

function lineText({ button, dn, number, channels, overlay, shared }: EphoneDnView): string {
  const states = channels.map((state, at) => `CH${at + 1} ${state.padEnd(9)}`).join(' ');
  const notes = `${overlay ? ' overlay' : ''}${shared ? ' shared' : ''}`;
  return `button ${button}: dn ${dn}  number ${number} ${states}${notes}`.trimEnd();
}

/** `show ephone summary`: the same without the lines, and how many there are. @param most what `max-ephones` says */
export function ephoneSummaryText(phones: readonly EphoneView[], most: number): string {
  const blocks = phones.map((phone) => {
    const third = [addressText(phone), printable(phone.type ?? 'Unknown'), ...phone.buttons].join(' ');
    return `\n${[headOf(phone), flagsOf(phone), third].join('\n')}\n`;
  });
  const registered = phones.filter((phone) => phone.registered).length;
  const count = `Max ${most}, Registered ${registered}, Unregistered ${phones.length - registered}`;
  return `${blocks.join('')}\n${count}\n`;
}
