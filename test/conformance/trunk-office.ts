import type { SipEndpoint } from '@linewatch/kit';

/** An office that watches lines beyond a trunk: a SIP phone 2101, and an SCCP phone 3001 with keys of 4001, 2101 and 4003. */
export function officeConfiguration({ host, port }: SipEndpoint, presence: readonly string[] = []): string {
  return [
    'voice service voip', ' sip', '  registrar server expires max 3600 min 60', '!',
    'voice register global', ' mode cme', ` source-address ${host} port ${port}`, ' max-dn 20', ' max-pool 20', '!',
    'voice register dn  1', ' number 2101', ' allow watch', '!',
    'voice register pool  1', ` id mac ${dotted(sipMac(1))}`, ' number 1 dn 1', '!',
    'presence', ' presence call-list', ...presence, '!',
    'sip-ua', ' authentication username jack password 0 secret', ' presence enable', '!',
    'telephony-service', ' max-ephones 20', ' max-dn 40', '!',
    'ephone-dn  1', ' number 3001', ' allow watch', '!',
    'ephone  1', ` mac-address ${dotted(sccpMac(1))}`, ' type 7960',
    ' blf-speed-dial 1 4001 label "Far"', ' blf-speed-dial 2 2101 label "Near"', ' blf-speed-dial 3 4003 label "Other"',
    ' button  1:1', '!', 'end', '',
  ].join('\n'); // prettier-ignore
}

export function sipMac(phone: number): string {
  return `02000000030${phone}`;
}

export function sccpMac(phone: number): string {
  return `02000000040${phone}`;
}

function dotted(mac: string): string {
  return mac.replace(/(.{4})(.{4})(.{4})/, '$1.$2.$3');
}
