import { applyCommands, emptyConfig } from '@linewatch/config';
import type { Binding } from '@linewatch/presence';
import { header } from '@linewatch/sip';
import { flowOf } from '../testing/fake-transport';
import { flowOfNotify, isCiscoPhone, reachedPhones, restartNotify } from './restart-notify';

const NOW = 1_000_000;

function bindingOf(contact: string, changes: Partial<Binding> = {}): Binding {
  return {
    contact,
    params: '',
    q: 1,
    expiresAt: NOW + 60_000,
    callId: 'c1@phone',
    cseq: 1,
    flow: flowOf(),
    path: [],
    edge: 'sip-edge-1',
    epoch: 1,
    connectionBound: false,
    ...changes,
  };
}

const sender = {
  host: '127.0.0.2',
  contact: () => '<sip:2101@127.0.0.2:5060>',
  newTag: () => 'tag1',
  newCallId: () => 'call1',
  flowTo: () => flowOf('127.0.0.99'),
};

describe('the phones that an order reaches', () => {
  it('are those whose bindings this edge made and that have not run out, each flow once', async () => {
    const here = bindingOf('sip:2101@127.0.0.21');
    const lines: Record<string, Record<string, Binding[]>> = {
      2101: {
        'pool:1': [here, bindingOf('sip:2101@127.0.0.31', { flow: flowOf('127.0.0.31') })],
        'pool:2': [bindingOf('sip:2101@127.0.0.22', { edge: 'sip-edge-2' })],
        'pool:3': [bindingOf('sip:2101@127.0.0.23', { expiresAt: NOW })],
      },
      2102: { 'pool:1': [bindingOf('sip:2102@127.0.0.21')], 'pool:4': [bindingOf('sip:2102@127.0.0.21')] },
    };
    const kept = Object.entries(lines).flatMap(([line, devices]) =>
      Object.keys(devices).map((device) => ({ line, device })),
    );
    const ports = {
      keeper: {
        registrations: (named?: string) => kept.filter(({ device }) => named === undefined || device === named),
      },
      bindings: {
        of: async (line: string) =>
          Object.fromEntries(
            Object.entries(lines[line] ?? {}).map(([device, bindings]) => [device, { seq: 1, bindings }]),
          ),
      },
      edge: 'sip-edge-1',
    };
    const reached = async (device?: string) =>
      (await reachedPhones(ports, NOW, device)).map(({ device: name, bindings }) => [
        name,
        bindings.map(({ binding }) => binding.contact),
      ]);
    expect(await reached()).toEqual([
      ['pool:1', ['sip:2101@127.0.0.21', 'sip:2101@127.0.0.31']],
      ['pool:4', ['sip:2102@127.0.0.21']],
    ]);
    expect(await reached('pool:4')).toEqual([['pool:4', ['sip:2102@127.0.0.21']]]);
    expect(await reached('pool:2')).toEqual([]);
  });
});

describe('the NOTIFY that a phone starts again by', () => {
  const binding = bindingOf('sip:2101@127.0.0.21:5061;x=y', { path: ['<sip:proxy;lr>'] });

  it.each([
    ['restart', true, 'service-control', /^action=restart\r\nRegisterCallId=\{c1@phone\}\r\n/],
    ['reset', true, 'service-control', /^action=reset\r\n/],
    ['restart', false, 'check-sync;reboot=false', /^$/],
    ['reset', false, 'check-sync;reboot=true', /^$/],
  ] as const)('%s, a Cisco phone %s: %s', (order, isCisco, event, body) => {
    const notify = restartNotify(sender, { line: '2101', binding }, order, isCisco);
    expect(notify).toMatchObject({ method: 'NOTIFY', requestUri: 'sip:2101@127.0.0.21:5061;x=y' });
    expect(header(notify, 'Event')).toBe(event);
    expect(header(notify, 'Route')).toBe('<sip:proxy;lr>');
    expect(header(notify, 'From')).toBe('<sip:2101@127.0.0.2>;tag=tag1');
    expect(header(notify, 'To')).toBe('<sip:2101@127.0.0.2>');
    expect(header(notify, 'Content-Type')).toBe(isCisco ? 'text/plain' : undefined);
    expect(notify.body.toString()).toMatch(body);
  });

  it('goes where calls go: to the contact, or on its flow behind a NAT', () => {
    expect(flowOfNotify(sender, { line: '2101', binding: bindingOf('sip:2101@127.0.0.21') }).remote.host).toBe('127.0.0.99');
    expect(flowOfNotify(sender, { line: '2101', binding: bindingOf('sip:2101@10.0.0.1') }).remote.host).toBe('127.0.0.21');
  }); // prettier-ignore

  it.each([
    ['type 7971', '', true],
    ['description "x"', ';+u.sip!devicename.ccm.cisco.com="SEP001122334455"', true],
    ['description "x"', ';+u.sip!model.ccm.cisco.com="119"', true],
    ['description "x"', ';+sip.instance="<urn:uuid:0>"', false],
  ])('is one for a Cisco phone: `%s` with %j: %s', (line, params, isCisco) => {
    const lines = ['voice register global', ' max-pool 2', 'voice register pool 1', ' id mac 0011.2233.4455', ` ${line}`];
    const { config } = applyCommands(emptyConfig(), lines);
    expect(isCiscoPhone(config, 'pool:1', bindingOf('sip:x@y', { params }))).toBe(isCisco);
  }); // prettier-ignore
});
