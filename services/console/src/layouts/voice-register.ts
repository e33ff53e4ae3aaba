import {
  type Config,
  type VoiceRegisterDn,
  type VoiceRegisterPool,
  formatMac,
  poolId,
  voiceRegisterDnId,
} from '@linewatch/config';
import type { BindingOverview, Lamp } from '@linewatch/presence';
import { printable } from '../console-io';
import type { LineOverviews } from '../line-overviews';
import type { PhoneFacts } from './ephone';

/** `show voice register pool` and `show voice register dn`: SIP phones and their numbers [cme-presence 5.5]. */

/** A registration of a SIP phone for one of its numbers. */
export interface PoolRegistration extends Omit<BindingOverview, 'device'> {
  readonly number: string;
  /** Seconds until it is over unless the phone refreshes it. */
  readonly expires: number;
}

/** A SIP phone as `show voice register pool` tells of it; in its JSON form without what is secret. */
export interface PoolView {
  readonly pool: Omit<VoiceRegisterPool, 'password'>;
  readonly transport: 'tcp' | 'udp';
  readonly callList: boolean;
  readonly registrations: readonly PoolRegistration[];
}

/** The numbers of a phone, in the order of its keys. */
export function numbersOfPool({ dns }: Config, { numbers }: VoiceRegisterPool): string[] {
  return Object.values(numbers).flatMap((dn) => dns[dn]?.number ?? []);
}

/** How a phone is now. @param now milliseconds since the epoch */
export function poolView(config: Config, pool: VoiceRegisterPool, overviews: LineOverviews, now: number): PoolView {
  const device = poolId(pool.tag);
  const { password: _, ...shown } = pool;
  const template = pool.template === undefined ? undefined : config.templates[pool.template];
  return {
    pool: shown,
    transport: pool.sessionTransport ?? template?.sessionTransport ?? 'udp',
    callList: config.presence.callList || pool.callList,
    registrations: numbersOfPool(config, pool).flatMap((number) =>
      (overviews.get(number)?.bindings ?? [])
        .filter((binding) => binding.device === device)
        .map(({ device: _device, ...binding }) => ({
          number,
          ...binding,
          expires: Math.max(0, Math.round((binding.expiresAt - now) / 1000)),
        })),
    ),
  };
}

/** One block a phone. */
export function poolsText(pools: readonly PoolView[]): string {
  return pools.map((view) => `\n${poolLines(view).join('\n')}\n`).join('');
}

function poolLines({ pool, transport, callList, registrations }: PoolView): string[] {
  const { tag, type, addon, numbers, template, username, dtmfRelay, codec, dnd } = pool;
  const userAgents = new Set(registrations.flatMap(({ userAgent }) => userAgent ?? []));
  return [
    `Pool Tag ${tag}`,
    'Config:',
    ...idLines(pool),
    ...(type === undefined ? [] : [`  Type is ${type}${addon === undefined ? '' : ` addon ${addon}`}`]),
    ...Object.entries(numbers).map(([at, dn]) => `  Number list ${at} : DN ${dn}`),
    ...[...userAgents].map((userAgent) => `  Current Phone load version is ${printable(userAgent)}`),
    `  DTMF Relay is ${dtmfRelay === undefined ? 'disabled' : `enabled, ${dtmfRelay.replaceAll(' ', ', ')}`}`,
    `  DnD is ${switched(dnd)}`,
    '  Busy trigger per button value is 0',
    ...Object.entries(pool.blfSpeedDials).map(
      ([at, { number, label, device }]) => `  speed-dial blf ${at} ${number} label ${label}${device ? ' device' : ''}`,
    ),
    ...Object.entries(pool.speedDials).map(([at, dial]) => `  speed-dial ${at} ${dialText(dial)}`),
    ...Object.entries(pool.fastdials).map(([at, dial]) => `  fastdial ${at} ${dialText(dial)}`),
    `  presence call-list is ${switched(callList)}`,
    ...(username === undefined ? [] : [`  username ${username}`]),
    ...(template === undefined ? [] : [`  template is ${template}`]),
    ...(codec === undefined ? [] : [`  codec is ${codec}`]),
    `  Transport type is ${transport}`,
    '',
    'Statistics:',
    `  Active registrations  : ${registrations.length}`,
    ...registrations.flatMap(({ number, contact, transport: over, remote, expires, edge }) => [
      '',
      `  ${number}: ${printable(contact)}`,
      `    ${over} ${printable(`${remote.host}:${remote.port}`)}, expires in ${expires} seconds, at ${printable(edge)}`,
    ]),
  ];
}

function idLines({ idMac, idIp, idNetwork, deviceIdName }: PoolView['pool']): string[] {
  const name = deviceIdName === undefined ? [] : [`  Device id name is ${deviceIdName}`];
  if (idMac !== undefined) return [`  Mac address is ${formatMac(idMac)}`, ...name];
  if (idIp !== undefined) return [`  Ip address is ${idIp}, Mask is 255.255.255.255`, ...name];
  if (idNetwork !== undefined) return [`  Network address is ${idNetwork.address}, Mask is ${idNetwork.mask}`, ...name];
  return name;
}

function dialText({ number, label }: { readonly number: string; readonly label?: string }): string {
  return label === undefined ? number : `${number} label ${label}`;
}

function switched(isOn: boolean): string {
  return isOn ? 'enabled' : 'disabled';
}

/** A number of SIP phones as `show voice register dn` tells of it; also its JSON form. */
export interface RegisterDnView {
  readonly dn: VoiceRegisterDn;
  /** The phones that carry it, each with the tag of its `number`. */
  readonly pools: readonly { readonly pool: number; readonly line: number }[];
  /** What its line shows to watchers; absent for a dn without a number. */
  readonly lamp?: Lamp;
  /** Calls on this dn now. */
  readonly calls: number;
}

/** How a dn is now. */
export function registerDnView(
  dn: VoiceRegisterDn,
  { directory, overviews }: Pick<PhoneFacts, 'directory' | 'overviews'>,
): RegisterDnView {
  const id = voiceRegisterDnId(dn.tag);
  const overview = dn.number === undefined ? undefined : overviews.get(dn.number);
  const legs = (overview?.legs ?? []).filter(({ instance }) => instance === id);
  const instances = dn.number === undefined ? [] : (directory.resolve(dn.number)?.instances ?? []);
  const appearances = instances.find((one) => one.id === id)?.appearances ?? [];
  const pools = appearances.map(({ device, button }) => ({ pool: Number(device.replace(/^pool:/, '')), line: button }));
  return { dn, pools, ...(overview && { lamp: overview.lamp }), calls: new Set(legs.map(({ call }) => call)).size };
}

/** One block a dn. */
export function registerDnsText(dns: readonly RegisterDnView[]): string {
  return dns.map((view) => `\n${dnLines(view).join('\n')}\n`).join('');
}

const STATUS: Record<Lamp['state'], string> = { idle: 'idle', 'in-use': 'busy', unknown: 'unknown' };

function dnLines({
  dn: { tag, number, name, label, allowWatch, sharedLine },
  pools,
  lamp,
  calls,
}: RegisterDnView): string[] {
  return [
    `Dn Tag ${tag}`,
    'Config:',
    ...(number === undefined ? [] : [`  Number is ${number}`]),
    ...(name === undefined ? [] : [`  Name is ${name}`]),
    ...(label === undefined ? [] : [`  Label is ${label}`]),
    `  Allow watch is ${switched(allowWatch === true)}`,
    ...(sharedLine ? [`  Shared-line is enabled, max-calls ${sharedLine.maxCalls}`] : []),
    ...pools.map(({ pool, line }) => `  Pool ${pool} has this DN configured for line ${line}`),
    `Line status is ${STATUS[lamp?.state ?? 'unknown']}, ${calls} ${calls === 1 ? 'call' : 'calls'}`,
  ];
}
