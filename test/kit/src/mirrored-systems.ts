import { SccpStation } from './sccp-station';
import { SipPhone } from './sip-phone';
import { type Linewatch, type SipEndpoint, startLinewatch } from './system';
import { freeSipPorts } from './system-ports';

/** One of two systems: the first digit of its numbers, and its own address on this machine. */
interface Side {
  readonly digit: '3' | '4';
  readonly host: string;
}

const SIDES: readonly [Side, Side] = [
  { digit: '3', host: '127.0.1.1' },
  { digit: '4', host: '127.0.2.1' },
];

/**
 * The configuration of two systems that watch and call each other [cme-presence 6.5], with a SIP phone beside the SCCP
 * phone on each side. The second is the mirror image of the first.
 *
 * | phone | numbers | keys |
 * |---|---|---|
 * | SCCP | 3001, and 4001 on the other side | the other's SCCP phone, its own SIP phone, the other's SIP phone |
 * | SIP | 3101, and 4101 | |
 */
export function mirroredConfiguration({ digit }: Side, own: SipEndpoint, other: SipEndpoint): string {
  const far = digit === '3' ? '4' : '3';
  return [
    'voice service voip', ' sip', '  registrar server expires max 3600 min 60', '!',
    'voice register global', ' mode cme', ` source-address ${own.host} port ${own.port}`, ' max-dn 10', ' max-pool 10', '!',
    'voice register dn  1', ` number ${digit}101`, ` name Sip ${digit}101`, ' allow watch', '!',
    'voice register pool  1', ` id mac ${dotted(sipMacOf(digit))}`, ' number 1 dn 1', '!',
    'dial-peer voice 100 voip', ` destination-pattern ${far}...`, ' session protocol sipv2',
    ` session target ipv4:${other.host}:${other.port}`, '!',
    'presence', ` server ${other.host}`, ' presence call-list', ' watcher all', ' allow subscribe', '!',
    'sip-ua', ' presence enable', '!',
    'telephony-service', ' max-ephones 10', ' max-dn 10', '!',
    'ephone-dn  1  dual-line', ` number ${digit}001`, ` name Desk ${digit}001`, ' allow watch', '!',
    'ephone  1', ` mac-address ${dotted(sccpMacOf(digit))}`, ' presence call-list',
    ` blf-speed-dial 1 ${far}001 label "far"`, ` blf-speed-dial 2 ${digit}101 label "near"`,
    ` blf-speed-dial 3 ${far}101 label "far SIP"`, ' type 7960', ' button  1:1', '!',
    'end', '',
  ].join('\n'); // prettier-ignore
}

function sipMacOf(digit: string): string {
  return `02000000${digit}101`;
}

function sccpMacOf(digit: string): string {
  return `02000000${digit}001`;
}

function dotted(mac: string): string {
  return mac.replace(/(.{4})(.{4})(.{4})/, '$1.$2.$3');
}

/** One of the two systems while it runs. */
export class MirroredSystem {
  private readonly phones: (SccpStation | SipPhone)[] = [];

  constructor(
    readonly system: Linewatch,
    private readonly side: Side,
  ) {}

  /** Its SIP phone (`3101`), registered. */
  async sip(): Promise<SipPhone> {
    const { digit, host } = this.side;
    const [registrar] = this.system.sip;
    if (!registrar) throw new Error('no sip-edge listens');
    const phone = await SipPhone.open({ numbers: [`${digit}101`], registrar, host, mac: sipMacOf(digit) });
    this.phones.push(phone);
    await phone.register();
    return phone;
  }

  /** Its SCCP phone (`3001`), registered. */
  async station(): Promise<SccpStation> {
    const { digit, host } = this.side;
    const [server] = this.system.sccp;
    if (!server) throw new Error('no sccp-edge listens');
    const station = await SccpStation.open({ server, host, mac: sccpMacOf(digit) });
    this.phones.push(station);
    await station.register();
    return station;
  }

  violations(): string[] {
    return this.phones.flatMap(({ violations }) => violations);
  }

  /** Its phones leave, so that all lines are unknown. */
  async leave(): Promise<void> {
    for (const phone of this.phones.splice(0)) {
      await phone.unregister();
      await phone.close();
    }
  }

  async close(): Promise<void> {
    for (const phone of this.phones.splice(0)) await phone.close();
    await this.system.stop();
  }
}

/** Starts both systems, each on its own address and ports: that whose numbers begin with 3, then that with 4. */
export async function startMirroredSystems(): Promise<[MirroredSystem, MirroredSystem]> {
  const endpoints = await Promise.all(
    SIDES.map(async ({ host }): Promise<SipEndpoint> => ({ host, port: await freeSipPorts(host, 1) })),
  );
  const [near, far] = endpoints as [SipEndpoint, SipEndpoint];
  const start = async (side: Side, own: SipEndpoint, other: SipEndpoint): Promise<MirroredSystem> => {
    const config = mirroredConfiguration(side, own, other);
    return new MirroredSystem(await startLinewatch({ config, host: own.host, sipPort: own.port }), side);
  };
  // One after the other: a machine that is slow enough already starts one sooner than two.
  const first = await start(SIDES[0], near, far);
  try {
    return [first, await start(SIDES[1], far, near)];
  } catch (error) {
    await first.close();
    throw error;
  }
}
