import { SccpStation } from './sccp-station';
import { SipPhone } from './sip-phone';
import { type Linewatch, type LinewatchOptions, startLinewatch } from './system';

/**
 * An office with phones of both kinds, which all may watch each other but 3005.
 *
 * | phone | number | keys |
 * |---|---|---|
 * | SCCP 1 | 3001, dual-line | 3002, 2101, 3005 (no `allow watch`), 9999 (nobody's), 3006 |
 * | SCCP 2 | 3002 | 3001; a speed dial of 2101 |
 * | SCCP 3 | 3003, octo-line, on button 1 | |
 * | SCCP 4 | 3004, and 3003 on button 2 | |
 * | SCCP 5 | 3005 | |
 * | SCCP 6, 7 | 3006 by two dns | |
 * | SCCP 8, 9 | 3008, one dn, on button 1 of both | |
 * | SIP 1, 2 | 2101, 2102 | |
 */
export function officeConfiguration({ host, port }: { host: string; port: number }, presence: readonly string[]) {
  const ephone = (tag: number, ...lines: string[]) => [
    `ephone  ${tag}`, ` mac-address ${dotted(sccpMac(tag))}`, ' type 7960', ...lines, '!',
  ]; // prettier-ignore
  const dn = (tag: number, mode: string, number: string, ...lines: string[]) => [
    `ephone-dn  ${tag}${mode}`, ` number ${number}`, ` name Phone ${number}`, ...lines, '!',
  ]; // prettier-ignore
  const pool = (tag: number, number: string) => [
    `voice register dn  ${tag}`, ` number ${number}`, ' allow watch', '!',
    `voice register pool  ${tag}`, ` id mac ${dotted(sipMac(tag))}`, ` number 1 dn ${tag}`, '!',
  ]; // prettier-ignore
  const watch = ' allow watch';
  return [
    'voice service voip', ' sip', '  registrar server expires max 3600 min 60', '!',
    'voice register global', ' mode cme', ` source-address ${host} port ${port}`, ' max-dn 20', ' max-pool 20', '!',
    ...pool(1, '2101'), ...pool(2, '2102'),
    'presence', ...presence, '!', 'sip-ua', ' presence enable', '!',
    'telephony-service', ' max-ephones 20', ' max-dn 40', '!',
    ...dn(1, '  dual-line', '3001', watch), ...dn(2, '', '3002', watch), ...dn(3, '  octo-line', '3003', watch),
    ...dn(4, '', '3004', watch), ...dn(5, '', '3005'), ...dn(6, '', '3006', watch), ...dn(7, '', '3006', watch),
    ...dn(8, '', '3008', watch),
    ...ephone(
      1, ' blf-speed-dial 1 3002 label "Two"', ' blf-speed-dial 2 2101 label "Sip"',
      ' blf-speed-dial 3 3005 label "Hidden"', ' blf-speed-dial 4 9999 label "Nobody"',
      ' blf-speed-dial 5 3006 label "Both"', ' button  1:1',
    ),
    ...ephone(2, ' speed-dial 1 2101 label "Dial"', ' blf-speed-dial 1 3001 label "One"', ' button  1:2'),
    ...ephone(3, ' button  1:3'), ...ephone(4, ' button  1:4 2:3'), ...ephone(5, ' button  1:5'),
    ...ephone(6, ' button  1:6'), ...ephone(7, ' button  1:7'), ...ephone(8, ' button  1:8'),
    ...ephone(9, ' button  1:8'),
    'end', '',
  ].join('\n'); // prettier-ignore
}

export function sccpMac(phone: number): string {
  return `0200000001${String(phone).padStart(2, '0')}`;
}

function sipMac(phone: number): string {
  return `0200000002${String(phone).padStart(2, '0')}`;
}

function dotted(mac: string): string {
  return mac.replace(/(.{4})(.{4})(.{4})/, '$1.$2.$3');
}

/** The office while it runs. */
export class SccpOffice {
  private readonly phones: (SccpStation | SipPhone)[] = [];

  private constructor(readonly system: Linewatch) {}

  /** @param options `presence`: lines of presence mode */
  static async open(options: LinewatchOptions & { presence?: readonly string[] } = {}): Promise<SccpOffice> {
    const { presence = [], ...rest } = options;
    return new SccpOffice(await startLinewatch({ config: (sip) => officeConfiguration(sip, presence), ...rest }));
  }

  /** An SCCP phone, registered unless told not to. */
  async station(
    phone: number,
    options: { version?: number; autoAnswerMs?: number; edge?: number; registered?: boolean; codecs?: number[] } = {},
  ): Promise<SccpStation> {
    const { edge = 0, registered = true, ...rest } = options;
    const server = this.system.sccp[edge];
    if (!server) throw new Error('no sccp-edge listens');
    const station = await SccpStation.open({ server, mac: sccpMac(phone), ...rest });
    this.phones.push(station);
    if (registered) await station.register();
    return station;
  }

  /** SIP phone 1 or 2, registered. */
  async sip(phone: number, options: { autoAnswerMs?: number; edge?: number } = {}): Promise<SipPhone> {
    const { edge = 0, ...rest } = options;
    const registrar = this.system.sip[edge];
    if (!registrar) throw new Error('no sip-edge listens');
    const opened = await SipPhone.open({ numbers: [`210${phone}`], registrar, mac: sipMac(phone), ...rest });
    this.phones.push(opened);
    await opened.register();
    return opened;
  }

  async configure(...lines: string[]): Promise<void> {
    const { code, stderr } = await this.system.console(['configure', '-'], `${lines.join('\n')}\n`);
    if (code !== 0) throw new Error(`the configuration was refused: ${stderr}`);
  }

  /** Everything that the phones found wrong. */
  violations(): string[] {
    return this.phones.flatMap(({ violations }) => violations);
  }

  /** Every phone leaves, so that all lines are unknown. */
  async leave(): Promise<void> {
    for (const phone of this.phones.splice(0)) {
      if (phone instanceof SipPhone) await phone.unregister();
      else if (phone.isConnected && phone.registration) await phone.unregister();
      await phone.close();
    }
  }

  async close(): Promise<void> {
    for (const phone of this.phones.splice(0)) await phone.close();
    await this.system.stop();
  }
}
