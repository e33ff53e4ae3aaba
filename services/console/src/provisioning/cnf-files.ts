import {
  type Config,
  type Ephone,
  type VoiceRegisterPool,
  clearPassword,
  deviceNameOf,
  ephoneDirectory,
  hasCallList,
  keysOfType,
  poolDirectory,
} from '@linewatch/config';
import type { EdgeView } from '@linewatch/runtime';
import { escapeXml } from '@linewatch/sip';
import { type CallManager, type CallManagerQuestion, callManagersFor } from './call-managers';

/** Finds a configuration file by its exact name; undefined when no phone of the configuration loads such a file. */
export type CnfFiles = (name: string) => string | undefined;

/** The port of SCCP that a file names where nothing says another. */
const SCCP_PORT = 2000;
/** What a key of a SIP phone is: `featureID` of its `line` element [requirements A.1 for 21]. */
const FEATURE = { line: 9, speedDial: 2, blfSpeedDial: 21 } as const;
/** `callLogBlfEnabled`, as phones' firmware counts it. */
const CALL_LOG_BLF = { off: 2, on: 3 } as const;
/** `transportLayerProtocol` of a SIP phone. */
const TRANSPORT = { tcp: 1, udp: 2 } as const;

/**
 * The files that phones load when they start: `SEP<mac>.cnf.xml` of every phone with a MAC address, and
 * `XMLDefault.cnf.xml`. They are rendered when asked for. A kind of phone has none without an edge or its
 * `source-address`, as it would not know where to register; of a SIP and an SCCP phone with one MAC address the SIP
 * phone counts.
 * @param edges those that are heard of at this moment
 */
export function cnfFiles(config: Config, edges: () => readonly EdgeView[] = () => []): CnfFiles {
  const pools = poolDirectory(config);
  const ephones = ephoneDirectory(config);
  const callManagers: FindCallManagers = (kind, device) => {
    const { sourceAddress } = kind === 'sip' ? config.voiceRegisterGlobal : config.telephonyService;
    const found = callManagersFor({ kind, sourceAddress, ...(device !== undefined && { device }) }, edges());
    return found.length === 0 ? undefined : found;
  };
  return (name) => {
    if (name === 'XMLDefault.cnf.xml') return defaultFile(callManagers);
    // The directories take other notations of an address too; a file has one name.
    const [, device, mac = ''] = /^((?:SEP|ATA|VGC|AN|BR)([0-9A-F]{12,13}))\.cnf\.xml$/.exec(name) ?? [];
    if (device === undefined) return undefined;
    const pool = device.startsWith('SEP') ? pools.byMac(mac) : undefined;
    if (pool) return poolFile(config, pool, callManagers('sip', device));
    const phone = ephones.byDeviceName(device);
    return phone && deviceNameOf(phone) === device
      ? ephoneFile(config, phone, callManagers('sccp', device))
      : undefined;
  };
}

/** Where a phone registers, by its kind and device; undefined when nothing is known. */
type FindCallManagers = (kind: CallManagerQuestion['kind'], device?: string) => readonly CallManager[] | undefined;

/** A SIP phone's file: where it registers, its lines and its keys [cme-presence 2.4, 2.5, 2.8]. */
function poolFile(
  config: Config,
  pool: VoiceRegisterPool,
  callManagers: readonly CallManager[] | undefined,
): string | undefined {
  if (callManagers === undefined) return undefined;
  const template = pool.template === undefined ? undefined : config.templates[pool.template];
  const transport = pool.sessionTransport ?? template?.sessionTransport ?? 'udp';
  return document('device', [
    text('deviceProtocol', 'SIP'),
    devicePool(callManagers, 'sipPort'),
    commonProfile(hasCallList(config, pool)),
    text('loadInformation', config.voiceRegisterGlobal.loads[pool.type ?? ''] ?? ''),
    text('transportLayerProtocol', TRANSPORT[transport]),
    element('sipProfile', [
      element('sipProxies', [text('registerWithProxy', 'true')]),
      element('sipLines', sipKeys(config, pool)),
    ]),
  ]);
}

/**
 * The `line` elements of a SIP phone's keys in physical order: lines, speed-dials, BLF speed-dials, each in order of its
 * tags; what has no key any more is left out [cme-presence 2.4].
 */
function sipKeys(config: Config, pool: VoiceRegisterPool): string[] {
  const password = pool.password && clearPassword(pool.password);
  const lines = Object.values(pool.numbers).flatMap((tag) => {
    const dn = config.dns[tag];
    if (dn?.number === undefined) return [];
    return [
      [
        text('featureID', FEATURE.line),
        text('featureLabel', dn.label ?? dn.number),
        text('proxy', 'USECALLMANAGER'),
        text('name', dn.number),
        text('displayName', dn.name ?? dn.number),
        text('contact', dn.number),
        text('authName', pool.username ?? ''),
        text('authPassword', password ?? ''),
      ],
    ];
  });
  const speedDials = Object.values(pool.speedDials).map(({ number, label }) =>
    speedDial(FEATURE.speedDial, number, label ?? number),
  );
  const blf = Object.values(pool.blfSpeedDials).map(({ number, label }) =>
    speedDial(FEATURE.blfSpeedDial, number, label),
  );
  const keys = keysOfType(pool.type, pool.addon?.split(/\s+/));
  return [...lines, ...speedDials, ...blf].slice(0, keys).map((content, at) => {
    const index = at < lines.length ? ` lineIndex="${at + 1}"` : '';
    return element('line', content, ` button="${at + 1}"${index}`);
  });
}

function speedDial(feature: number, number: string, label: string): string[] {
  return [text('featureID', feature), text('featureLabel', label), text('speedDialNumber', number)];
}

/** An SCCP phone's file: where it registers. It learns its lines and keys by SCCP [cme-presence 2.4, 2.5, 2.8]. */
function ephoneFile(
  config: Config,
  phone: Ephone,
  callManagers: readonly CallManager[] | undefined,
): string | undefined {
  if (callManagers === undefined) return undefined;
  const { loads, callLogBlfEnabled } = config.telephonyService;
  return document('device', [
    text('deviceProtocol', 'SCCP'),
    devicePool(callManagers, 'ethernetPhonePort'),
    commonProfile(callLogBlfEnabled || hasCallList(config, phone)),
    text('loadInformation', loads[phone.type ?? ''] ?? ''),
  ]);
}

/** What a phone without a file of its own loads: where to register by SCCP, which `auto-reg-ephone` may allow. */
function defaultFile(callManagers: FindCallManagers): string | undefined {
  const found = callManagers('sccp');
  return found && document('Default', [callManagerGroup(found, 'ethernetPhonePort')]);
}

function commonProfile(callLogBlf: boolean): string {
  return element('commonProfile', [text('callLogBlfEnabled', callLogBlf ? CALL_LOG_BLF.on : CALL_LOG_BLF.off)]);
}

type PortName = 'sipPort' | 'ethernetPhonePort';

function devicePool(callManagers: readonly CallManager[], portName: PortName): string {
  return element('devicePool', [callManagerGroup(callManagers, portName)]);
}

function callManagerGroup(callManagers: readonly CallManager[], portName: PortName): string {
  const members = callManagers.map(({ host, port }, priority) => {
    const ports = Object.entries({ ethernetPhonePort: SCCP_PORT, [portName]: port });
    const named = element('ports', ports.map(([name, value]) => text(name, value))); // prettier-ignore
    const callManager = element('callManager', [named, text('processNodeName', host)]);
    return element('member', [callManager], ` priority="${priority}"`);
  });
  return element('callManagerGroup', [element('members', members)]);
}

function document(root: string, children: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, children)}\n`;
}

function element(name: string, children: readonly string[], attributes = ''): string {
  const inside = children.map((child) => child.replaceAll('\n', '\n  ')).join('\n  ');
  return `<${name}${attributes}>\n  ${inside}\n</${name}>`;
}

function text(name: string, value: string | number): string {
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}
