import { parseMessage, type Flow, type SipRequest } from '@linewatch/sip';
import { dialPeerTagOf, identify } from './watcher-identity';
import { connectionOf, contactOf, RegistrarRig } from './registrar/testing/registrar-rig';
import { flowOf } from './testing/fake-transport';

function subscribe(from: string): SipRequest {
  const text =
    `SUBSCRIBE sip:2102@127.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.21;branch=z9hG4bKs\r\nFrom: ${from};tag=1\r\n` +
    'To: <sip:2102@127.0.0.2>\r\nCall-ID: s\r\nCSeq: 1 SUBSCRIBE\r\nContent-Length: 0\r\n\r\n';
  return parseMessage(Buffer.from(text)) as SipRequest;
}

/** A phone at 127.0.0.21 that is heard from port 33333 and has its contact at port 5060. */
async function registered(): Promise<RegistrarRig> {
  const rig = new RegistrarRig();
  const flow = flowOf('127.0.0.21', 33_333);
  await rig.register({ flow, contacts: [contactOf('2101', flowOf('127.0.0.21', 5060))] });
  return rig;
}

function who(rig: RegistrarRig, flow: Flow, from = '<sip:2101@127.0.0.2>') {
  return identify(subscribe(from), flow, rig.directory.current(), rig.bindings, rig.clock.now());
}

const OURS = { kind: 'local', pool: 1, device: 'pool:1', number: '2101', dialPeerTag: 40_001 };

describe('identify [cme-presence 4.2]', () => {
  it.each([
    ['on the flow of the REGISTER', flowOf('127.0.0.21', 33_333)],
    ["from the contact's address and port", flowOf('127.0.0.21', 5060)],
    ["from the contact's address and port, over a connection", connectionOf('c', '127.0.0.21', 5060)],
  ])('knows a phone of ours %s', async (_where, flow) => {
    expect(await who(await registered(), flow)).toEqual(OURS);
  });

  it.each([
    ['from another port', flowOf('127.0.0.21', 5061), undefined],
    ['from another address', flowOf('127.0.0.22', 5060), undefined],
    ['over a connection from the port of its datagrams', connectionOf('c', '127.0.0.21', 33_333), undefined],
    ['with a number of another phone', flowOf('127.0.0.21', 5060), '<sip:2102@127.0.0.2>'],
    ['with a number of nobody', flowOf('127.0.0.21', 5060), '<sip:9999@127.0.0.2>'],
    ['with a number that only a pattern covers', flowOf('127.0.0.21', 5060), '<sip:2142@127.0.0.2>'],
    ['without a number', flowOf('127.0.0.21', 5060), '<sip:127.0.0.2>'],
  ])('takes everybody else for remote: %s', async (_what, flow, from) => {
    expect(await who(await registered(), flow, from)).toEqual({ kind: 'remote' });
  });

  it('takes a phone whose registration is over for remote', async () => {
    const rig = await registered();
    rig.keeper.stop();
    await rig.clock.pass(601_000);
    expect(await who(rig, flowOf('127.0.0.21', 5060))).toEqual({ kind: 'remote' });
  });

  it('tells the phones of a shared line apart', async () => {
    const rig = await registered();
    const flow = flowOf('127.0.3.9', 5060);
    await rig.register({ flow, contacts: ['<sip:x@127.0.3.9>'], callId: 'other' });
    expect(await who(rig, flow)).toEqual({ ...OURS, pool: 3, device: 'pool:3', dialPeerTag: 40_003 });
  });

  it('does not look at bindings for a number that no phone has [law 7]', async () => {
    const rig = await registered();
    rig.lines.isAway = true;
    expect(await who(rig, flowOf(), '<sip:2105@127.0.0.2>')).toEqual({ kind: 'remote' });
    await expect(who(rig, flowOf())).rejects.toThrow('away');
  });

  it('counts dial peers of SIP phones from 40001', () => {
    expect([1, 2, 288].map(dialPeerTagOf)).toEqual([40_001, 40_002, 40_288]);
  });
});
