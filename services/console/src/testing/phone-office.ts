import { parseConfig, type Config } from '@linewatch/config';
import { type Binding, type LegFact, type LineFact, type LineFold, emptyLine, evolveLine } from '@linewatch/presence';
import { MOMENT } from './memory-system';

/** An office with SCCP phones 1 to 3 and SIP phones 1 and 2, as the configuration says it. */
export const OFFICE = `
presence
 presence call-list
voice register dn 1
 number 2101
 allow watch
 name Sip One
voice register dn 2
 number 2102
 shared-line max-calls 4
voice register template 1
 session-transport tcp
voice register pool 1
 id mac 0015.6247.EF90
 type 7971
 number 1 dn 1
 number 2 dn 2
 template 1
 dtmf-relay rtp-nte sip-notify
 username johndoe password cisco
 blf-speed-dial 1 6779 label "6779_device"
 blf-speed-dial 2 2001 label "sales" device
 fastdial 1 1234
voice register pool 2
 id ip 10.1.1.22 mask 255.255.255.255
 number 1 dn 2
 dnd
telephony-service
 max-ephones 20
 max-dn 20
ephone-dn 1 dual-line
 number 2001
 allow watch
ephone-dn 2
 number 2002
ephone-dn 3 octo-line
 number 2003
ephone 1
 mac-address 0012.7F57.62A5
 type 7960
 button 1:1 2:2 4m3
ephone 2
 mac-address 0012.7F57.62A6
 button 1:2 2o1,3
ephone 7
 mac-address 0012.7F57.62A7
 type 7912
 button 1:3
`;

/** That office as a configuration. */
export function officeConfig(): Config {
  const { config, errors } = parseConfig(OFFICE);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return config;
}

/** Its lines: ephone 1 talks and has a call on hold, ephone 2 rings and is in do-not-disturb, SIP phone 1 is registered. */
export function officeLines(): Map<string, LineFold> {
  const sccp = (tag: number): LineFact =>
    registered(`ephone:${tag}`, `sccp:SEP@10.1.1.3${tag}`, `10.1.1.3${tag}`, 49_640);
  const lines: Record<string, LineFact[]> = {
    '2001': [
      configured('ephone-dn:1', ['ephone:1', 'ephone:2']),
      sccp(1),
      sccp(2),
      leg('a', 'confirmed', { device: 'ephone:1', instance: 'ephone-dn:1', held: true }),
      leg('b', 'confirmed', { device: 'ephone:1', instance: 'ephone-dn:1', direction: 'initiator' }),
    ],
    '2002': [
      configured('ephone-dn:2', ['ephone:1', 'ephone:2']),
      sccp(1),
      sccp(2),
      { type: 'linewatch.line.feature', data: { device: 'ephone:2', dnd: true } },
      leg('c', 'early', { device: 'ephone:2', instance: 'ephone-dn:2' }),
    ],
    '2003': [configured('ephone-dn:3', ['ephone:2', 'ephone:7'])],
    '2101': [
      configured('voice-register-dn:1', ['pool:1']),
      registered('pool:1', '<sip:2101@10.1.1.21:5060;transport=tcp>', '10.1.1.21', 50_123, {
        transport: 'tcp',
        userAgent: 'Cisco-CP7971G/9.0.1',
      }),
      leg('d', 'trying', { device: 'pool:1', instance: 'voice-register-dn:1', direction: 'initiator' }),
    ],
  };
  return new Map(Object.entries(lines).map(([line, facts]) => [line, foldOf(line, facts)]));
}

function foldOf(line: string, facts: readonly LineFact[]): LineFold {
  return facts.reduce((fold, fact, at) => evolveLine(fold, { ...fact, seq: at + 1, time: MOMENT }), emptyLine(line));
}

function configured(id: string, devices: readonly string[]): LineFact {
  const kind = id.startsWith('ephone') ? 'sccp' : 'sip';
  const refs = devices.map((name) => ({ name, kind, primary: true }) as const);
  return {
    type: 'linewatch.line.config',
    data: { instances: [{ id, kind: 'phone', watchable: true, devices: refs }] },
  };
}

function registered(
  device: string,
  contact: string,
  host: string,
  port: number,
  { transport = 'tcp', userAgent }: { transport?: 'udp' | 'tcp'; userAgent?: string } = {},
): LineFact {
  const edge = device.startsWith('ephone') ? 'sccp-edge-1' : 'sip-edge-1';
  const binding: Binding = {
    contact,
    params: '',
    q: 1,
    expiresAt: MOMENT + 3_421_000,
    callId: `00156247-ef90@${host}`,
    cseq: 101,
    flow: { transport, local: { host: '10.1.1.2', port: 5060 }, remote: { host, port }, connection: 'c1' },
    path: [],
    ...(userAgent !== undefined && { userAgent }),
    edge,
    epoch: 1,
    connectionBound: transport === 'tcp',
  };
  return { type: 'linewatch.line.registration', data: { device, cause: 'registered', bindings: [binding] } };
}

function leg(
  id: string,
  state: LegFact['state'],
  more: Pick<LegFact, 'device' | 'instance'> & Partial<LegFact>,
): LineFact {
  return {
    type: 'linewatch.line.call',
    data: {
      leg: id,
      call: `call-${id}`,
      state,
      direction: 'recipient',
      held: false,
      peer: { number: '2999' },
      edge: 'sccp-edge-1',
      epoch: 1,
      seq: 1,
      leaseUntil: MOMENT + 60_000,
      ...more,
    },
  };
}
