import { loopbackOf, type Linewatch, PresenceServer, SipPhone, startLinewatch, type SipEndpoint } from '@linewatch/kit';

const SERVER = loopbackOf(9);
const PHONES = 20;
const KEYS = 50;
const tags = Array.from({ length: PHONES }, (_each, at) => at + 1);

function configuration({ host, port }: SipEndpoint): string {
  return [
    'voice service voip', ' sip', '  registrar server', '!',
    'voice register global', ' mode cme', ` source-address ${host} port ${port}`, ' max-dn 40', ' max-pool 40', '!',
    ...tags.flatMap((tag) => [
      `voice register dn  ${tag}`, ` number ${numberOf(tag)}`, '!',
      `voice register pool  ${tag}`, ` id mac ${macOf(tag)}`, ` number 1 dn ${tag}`, '!',
    ]),
    'presence', ` server ${SERVER}`, ' max-subscription 2000', ' allow subscribe', '!',
    'sip-ua', ' presence enable', '!', 'end', '',
  ].join('\n'); // prettier-ignore
}

function numberOf(tag: number): string {
  return String(2100 + tag);
}

function macOf(tag: number): string {
  return `0200.0000.05${String(tag).padStart(2, '0')}`;
}

/** Everybody here who watches a line beyond the trunk has part in one subscription at its server [cme-presence 4.8]. */
describe('a line beyond the trunk that a thousand keys here watch', () => {
  let server: PresenceServer;
  let system: Linewatch;
  const phones: SipPhone[] = [];
  beforeAll(async () => {
    server = await PresenceServer.open({ host: SERVER });
    system = await startLinewatch({ config: configuration, instances: { 'sip-edge': 2 } });
  });
  afterAll(async () => {
    await Promise.all(phones.map((phone) => phone.close()));
    await server?.close();
    await system?.stop();
  });

  it('is one subscription at the server, and every key shows what it says', async () => {
    server.shows('4001', 'idle');
    for (const tag of tags) {
      const registrar = system.sip[tag % 2];
      if (!registrar) throw new Error('an edge is missing');
      const phone = await SipPhone.open({ numbers: [numberOf(tag)], registrar, mac: macOf(tag).replaceAll('.', '') });
      phones.push(phone);
      await phone.register();
    }
    const each = await Promise.all(
      phones.map(async (phone) => {
        const keys = [];
        for (let key = 0; key < KEYS; key += 1) keys.push(await phone.subscribe('4001'));
        return keys;
      }),
    );
    const keys = each.flat();
    expect(keys).toHaveLength(PHONES * KEYS);
    for (const key of keys) await key.waitFor('idle');
    server.shows('4001', 'in-use');
    for (const key of keys) await key.waitFor('in-use');
    expect(server.asked).toHaveLength(1);
    expect(server.subscriptions('4001')).toBe(1);
    expect(phones.flatMap(({ violations }) => violations)).toEqual([]);
  });
});
