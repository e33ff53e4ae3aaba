import { callMessageReplySchema, callMessageSchema } from './messages';

const address = { call: 'c', leg: 'l', epoch: 1, seq: 1 };
const command = { kind: 'command', ...address, controller: 'sip-edge-1', command: { type: 'probe' } };
const binding = {
  contact: 'sip:x@127.0.0.21',
  expiresAt: 1,
  callId: 'c',
  cseq: 1,
  flow: {
    transport: 'udp',
    local: { host: '127.0.0.2', port: 5060 },
    remote: { host: '127.0.0.21', port: 5060 },
  },
  edge: 'sip-edge-1',
  epoch: 1,
  connectionBound: false,
};
const offer = {
  type: 'offer',
  target: { kind: 'phone', line: '2101', device: 'pool:1', instance: 'voice-register-dn:1', binding },
  caller: { number: '2102' },
  called: '2101',
};

describe('what passes between edges about a leg', () => {
  it.each([
    ['a command', command],
    ['a command that names the peer', { ...command, peer: { leg: 'm', edge: 'e', party: { number: '2102' } } }],
    ['an offer', { ...command, command: offer }],
    ['an offer with hops left', { ...command, command: { ...offer, maxForwards: 69 } }],
    ['an event', { kind: 'event', ...address, event: { type: 'alive' } }],
  ])('%s is read', (_what, message) => {
    expect(callMessageSchema.safeParse(message).success).toBe(true);
  });

  it.each([
    ['no place among its messages', { ...command, seq: 0 }],
    ['half a peer', { ...command, peer: { leg: 'm' } }],
    ['hops that no header can hold', { ...command, command: { ...offer, maxForwards: 256 } }],
    ['a command as an event', { kind: 'event', ...address, event: { type: 'probe' } }],
    ['an answer that is none', { kind: 'event', ...address, event: { type: 'refused', status: 200 } }],
  ])('one with %s is not', (_what, message) => {
    expect(callMessageSchema.safeParse(message).success).toBe(false);
  });

  it('is answered with a word on whether its leg or call is known', () => {
    expect(callMessageReplySchema.parse({ ok: true })).toEqual({ ok: true });
    expect(callMessageReplySchema.parse({ ok: true, gone: true })).toEqual({ ok: true, gone: true });
    expect(callMessageReplySchema.safeParse({ ok: false }).success).toBe(false);
  });
});
