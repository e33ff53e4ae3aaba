import type { Binding } from '@linewatch/presence';
import { equalUri, parseUri, type SipUri } from '@linewatch/sip';
import fc from 'fast-check';
import type { Wanted } from './contacts';
import { decideRegistration, MAX_BINDINGS, type RegistrationOrigin } from './update';

const address = { host: '127.0.0.21', port: 5060 };
const flow = { transport: 'udp', local: address, remote: address } as const;

function originOf(callId: string, cseq: number): RegistrationOrigin {
  return { callId, cseq, path: [], edge: 'sip-edge-1', epoch: 1, heardOn: flow, flowOf: () => flow };
}

const contact = fc.record({
  contact: fc
    .tuple(fc.integer({ min: 1, max: 14 }), fc.boolean())
    .map(([port, upper]) => `sip:2101@${upper ? 'PHONE' : 'phone'}.example:${5_000 + port}`),
  params: fc.constantFrom('', ';video'),
  q: fc.constantFrom(1, 0.5),
  seconds: fc.constantFrom(0, 60, 3_600),
});

/** Each contact once: a request that names one twice contradicts itself. */
const contacts = fc.uniqueArray(contact, { maxLength: 12, selector: ({ contact: uri }) => uri.toLowerCase() });

const wanted: fc.Arbitrary<Wanted> = fc.oneof(
  { weight: 8, arbitrary: contacts.map((some): Wanted => ({ kind: 'update', contacts: some })) },
  { weight: 1, arbitrary: fc.constant<Wanted>({ kind: 'remove-all' }) },
  { weight: 1, arbitrary: fc.constant<Wanted>({ kind: 'query' }) },
);

const requests = fc.array(
  fc.record({
    wanted,
    callId: fc.constantFrom('one', 'two'),
    cseq: fc.integer({ min: 1, max: 20 }),
    later: fc.constantFrom(0, 10_000, 100_000),
  }),
  { maxLength: 25 },
);

function uriOf({ contact: text }: Binding): SipUri {
  const uri = parseUri(text);
  if (!uri) throw new Error(`${text} is no URI`);
  return uri;
}

describe('decideRegistration', () => {
  it('keeps, whatever phones ask for: few bindings, each contact once, none over its time, and answers a repetition', () => {
    fc.assert(
      fc.property(requests, (all) => {
        let now = 1_000_000;
        let bindings: readonly Binding[] = [];
        for (const { wanted: asked, callId, cseq, later } of all) {
          now += later;
          const before = JSON.stringify(bindings);
          const origin = originOf(callId, cseq);
          const decision = decideRegistration(bindings, asked, origin, now);
          expect(JSON.stringify(bindings)).toBe(before);
          if (decision.kind !== 'change') continue;
          bindings = decision.fact.bindings;
          expect(bindings.length).toBeLessThanOrEqual(MAX_BINDINGS);
          for (const [at, binding] of bindings.entries()) {
            expect(binding.expiresAt).toBeGreaterThan(now);
            const twins = bindings.slice(at + 1).filter((other) => equalUri(uriOf(binding), uriOf(other)));
            expect(twins).toEqual([]);
          }
          // [SB-84]: all that was asked for is there, or nothing was changed.
          if (asked.kind === 'update') {
            for (const { contact: uri, seconds } of asked.contacts) {
              const bound = bindings.find((each) => each.contact.toLowerCase() === uri.toLowerCase());
              expect(bound?.expiresAt).toBe(seconds === 0 ? undefined : now + seconds * 1_000);
            }
          }
          // [SB-82]: the same request again changes nothing and is not refused.
          expect(decideRegistration(bindings, asked, origin, now + 500).kind).toBe('unchanged');
        }
      }),
    );
  });

  it('[SB-82] never lets a request change what a later one of its Call-ID made', () => {
    fc.assert(
      fc.property(contacts, contacts, (first, second) => {
        const newer = decideRegistration([], { kind: 'update', contacts: first }, originOf('one', 7), 0);
        if (newer.kind !== 'change') return;
        const older = decideRegistration(
          newer.fact.bindings,
          { kind: 'update', contacts: second },
          originOf('one', 6),
          1_000,
        );
        const changed = older.kind === 'change' ? older.fact.bindings : newer.fact.bindings;
        for (const binding of newer.fact.bindings) expect(changed).toContainEqual(binding);
      }),
    );
  });
});
