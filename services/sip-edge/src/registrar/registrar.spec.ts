import { header, headerLines } from '@linewatch/sip';
import { flowOf } from '../testing/fake-transport';
import { connectionOf, contactOf, listed, MAC, PHONES, RegistrarRig } from './testing/registrar-rig';

const AT_HOME = flowOf();

describe('REGISTER: whose it is', () => {
  it.each([
    ['the address that is advertised', 'sip:127.0.0.2'],
    ['it, with a port and parameters', 'sip:127.0.0.2:5060;transport=udp'],
    ['another address of this machine', 'sip:192.0.2.77'],
    ['the hostname of the configuration', 'sip:LINEWATCH'],
    ['a name under it', 'sip:linewatch.example.com'],
  ])('accepts a Request-URI that names %s [SB-85]', async (_what, uri) => {
    expect((await new RegistrarRig().register({ uri })).status).toBe(200);
  });

  it.each([
    ['Request-URI', { uri: 'sip:example.com' }],
    ['To', { to: '<sip:2101@example.com>' }],
  ])('does not find a foreign domain in %s [SB-85]', async (_where, parts) => {
    const rig = new RegistrarRig();
    expect((await rig.register(parts)).status).toBe(404);
    expect(rig.lines.stored).toEqual([]);
  });

  it.each([
    ['nobody has', '9999', 404],
    ['is on no phone [P-4]', '2105', 404],
    ['only a pattern covers', '2142', 404],
    ['has no user part', '', 404],
  ])('a number that %s: %3$i', async (_what, number, status) => {
    const to = number === '' ? '<sip:127.0.0.2>' : `<sip:${number}@127.0.0.2>`;
    expect((await new RegistrarRig().register({ to })).status).toBe(status);
  });

  it('is not served where `registrar server` is not configured', async () => {
    const rig = new RegistrarRig();
    rig.configure('voice service voip', 'sip', 'no registrar server');
    const response = await rig.register();
    expect(response.status).toBe(405);
    expect(header(response, 'Allow')).not.toContain('REGISTER');
  });

  it.each([
    ['the instance id', { contacts: [`<sip:2101@127.0.0.21>;+sip.instance="<urn:uuid:0-0-0-0-${MAC}>"`] }],
    ["Cisco's device name", { contacts: ['<sip:2101@127.0.0.21>;+u.sip!devicename.ccm.cisco.com="SEP00156247EF90"'] }],
    ['the user of the Contact', { contacts: [`<sip:${MAC}@127.0.0.21>`] }],
    ['the Call-ID', { contacts: ['<sip:x@127.0.0.21>'], callId: '00156247-ef900002-11223344-55667788@127.0.0.21' }],
    ['the From tag', { contacts: ['<sip:x@1.1.1.1>'], from: '<sip:a@b>;tag=00156247ef90000211223344-55667788' }],
  ])('knows a phone by the MAC address in %s', async (_where, parts) => {
    const rig = new RegistrarRig();
    expect((await rig.register(parts)).status).toBe(200);
    expect(Object.keys(await rig.bindings.of('2101'))).toEqual(['pool:1']);
  });

  it.each([
    ['`id ip`', '2102', flowOf('127.0.0.22', 5062), 'pool:2'],
    ['`id network`', '2103', flowOf('127.0.3.9', 5062), 'pool:3'],
    ['`id network`, where the number belongs to a phone known by its MAC too', '2101', flowOf('127.0.3.9'), 'pool:3'],
  ])('knows a phone by %s', async (_how, number, flow, device) => {
    const rig = new RegistrarRig();
    const contacts = [`<sip:x@${flow.remote.host}:5062>`];
    expect((await rig.register({ number, flow, contacts })).status).toBe(200);
    expect(Object.keys(await rig.bindings.of(number))).toEqual([device]);
  });

  it.each([
    ['has no MAC address', { contacts: ['<sip:2101@127.0.0.21>'] }],
    ['has the MAC address of nobody', { contacts: ['<sip:020000000001@127.0.0.21>'] }],
    ['has the MAC address of a phone without this number', { number: '2102' }],
    ['comes from an address of nobody', { number: '2103', contacts: ['<sip:2103@127.0.0.21>'] }],
  ])('refuses a phone that %s', async (_what, parts) => {
    const rig = new RegistrarRig();
    expect((await rig.register(parts)).status).toBe(403);
    expect(rig.lines.stored).toEqual([]);
  });

  it('knows a phone by its MAC address without one in a query or in Contact *, once it is registered', async () => {
    const rig = new RegistrarRig();
    const query = { contacts: [], callId: 'another' };
    expect((await rig.register(query)).status).toBe(403);
    await rig.register();
    expect((await rig.register(query)).status).toBe(200);
    expect((await rig.register({ ...query, flow: flowOf('127.0.0.99') })).status).toBe(403);
    expect((await rig.register({ contacts: ['*'], expires: 0, flow: flowOf('127.0.0.99') })).status).toBe(200);
    expect(await rig.contacts()).toEqual([]);
  });
});

describe('REGISTER: bindings', () => {
  it('[SB-77] lists every binding with the seconds it has left, and so does a query without Contact', async () => {
    const rig = new RegistrarRig();
    const first = await rig.register({ contacts: [contactOf('2101')], expires: 300 });
    expect(listed(first)).toEqual([['sip:2101@127.0.0.21:5060', 300]]);
    expect(header(first, 'Date')).toBe(new Date(rig.clock.now()).toUTCString());
    expect(header(first, 'Allow-Events')).toBe('presence, dialog');
    await rig.clock.pass(100_000);
    await rig.register({ contacts: [contactOf('2101', flowOf('127.0.0.21', 5070))], expires: 600 });
    const query = await rig.register({ contacts: [] });
    expect(listed(query)).toEqual([
      ['sip:2101@127.0.0.21:5060', 200],
      ['sip:2101@127.0.0.21:5070', 600],
    ]);
    expect(rig.lines.facts('2101')).toHaveLength(2);
  });

  it('[SB-77] lists the bindings of every phone of a shared line, its own first', async () => {
    const rig = new RegistrarRig();
    const other = flowOf('127.0.3.9');
    await rig.register({ flow: other, contacts: ['<sip:x@127.0.3.9>'], callId: 'other' });
    expect(listed(await rig.register()).map(([uri]) => uri)).toEqual(['sip:2101@127.0.0.21:5060', 'sip:x@127.0.3.9']);
  });

  it.each([
    ['the parameter beats the header', [contactOf('2101', AT_HOME, ';expires=120')], 300, 120],
    ['the header counts without a parameter', [contactOf('2101')], 300, 300],
    ['without both it is an hour, within the bounds', [contactOf('2101')], undefined, 600],
    ['a parameter that is no number is an hour too', [contactOf('2101', AT_HOME, ';expires=soon')], 120, 600],
    ['more than the longest time is cut', [contactOf('2101')], 4_294_967_295, 600],
    ['a number beyond all bounds is cut', [contactOf('2101')], '99999999999999999999', 600],
  ])('[SB-78] %s', async (_what, contacts, expires, granted) => {
    const response = await new RegistrarRig().register({ contacts, expires });
    expect(listed(response)).toEqual([['sip:2101@127.0.0.21:5060', granted]]);
  });

  it('[SB-78] expires=0 removes one binding and leaves the others', async () => {
    const rig = new RegistrarRig();
    const elsewhere = flowOf('127.0.0.21', 5070);
    await rig.register({ contacts: [contactOf('2101'), contactOf('2101', elsewhere)] });
    const response = await rig.register({ contacts: [contactOf('2101', AT_HOME, ';expires=0')], expires: 300 });
    expect(listed(response)).toEqual([['sip:2101@127.0.0.21:5070', 600]]);
  });

  it('[SB-79] `*` with Expires 0 removes every binding of this phone, and of no other', async () => {
    const rig = new RegistrarRig();
    await rig.register({ flow: flowOf('127.0.3.9'), contacts: ['<sip:x@127.0.3.9>'], callId: 'other' });
    await rig.register({ contacts: [contactOf('2101'), contactOf('2101', flowOf('127.0.0.21', 5070))] });
    expect((await rig.register({ contacts: ['*'], expires: 0 })).status).toBe(200);
    expect(await rig.contacts()).toEqual([]);
    expect(await rig.contacts('2101', 'pool:3')).toEqual(['sip:x@127.0.3.9']);
  });

  it.each([
    ['without Expires', ['*'], undefined],
    ['with another Expires', ['*'], 60],
    ['beside a contact', ['*', contactOf('2101')], 0],
    ['in one line with a contact', [`${contactOf('2101')}, *`], 0],
    ['with parameters', ['*;expires=0'], undefined],
  ])('[SB-79] `*` %s is a bad request and changes nothing', async (_what, contacts, expires) => {
    const rig = new RegistrarRig();
    await rig.register();
    expect((await rig.register({ contacts, expires })).status).toBe(400);
    expect(await rig.contacts()).toHaveLength(1);
  });

  it('[SB-80] takes several contacts in one line and in several, with q and foreign parameters', async () => {
    const rig = new RegistrarRig();
    const response = await rig.register({
      contacts: [
        `"A, B" <sip:a@127.0.0.21?x=1>;q=0.25;video;x-y="1;2",${contactOf('2101')}`,
        'sip:c@127.0.0.21;q=0.5;expires=90',
      ],
      expires: 300,
    });
    expect(headerLines(response, 'Contact')).toEqual([
      '<sip:a@127.0.0.21?x=1>;video;x-y="1;2";q=0.25;expires=300',
      `${contactOf('2101')};expires=300`,
      '<sip:c@127.0.0.21>;q=0.5;expires=90',
    ]);
  });

  it.each([
    ['a name', 'not a uri'],
    ['another scheme', '<mailto:a@example.com>'],
    ['a URI that is too long', `<sip:${'a'.repeat(3_000)}@127.0.0.21>`],
    ['parameters that are too long', `<sip:a@127.0.0.21>;x=${'a'.repeat(5_000)}`],
  ])('refuses a contact that is %s, and every other one with it [SB-84]', async (_what, contact) => {
    const rig = new RegistrarRig();
    expect((await rig.register({ contacts: [contactOf('2101'), contact] })).status).toBe(400);
    expect(await rig.contacts()).toEqual([]);
  });

  it('[SB-81] [SB-84] one time that is too short refuses the whole request and names the least', async () => {
    const rig = new RegistrarRig();
    const contacts = [contactOf('2101'), '<sip:b@127.0.0.21>;expires=59'];
    const response = await rig.register({ contacts, expires: 300 });
    expect([response.status, header(response, 'Min-Expires')]).toEqual([423, '60']);
    expect(await rig.contacts()).toEqual([]);
    expect((await rig.register({ contacts: [contactOf('2101')], expires: 60 })).status).toBe(200);
  });

  it.each([
    [{ min: 7_200, max: 86_400 }, 3_600, 3_600],
    [{ min: 7_200, max: 86_400 }, 3_599, '423'],
    [{ min: 7_200, max: 86_400 }, undefined, 7_200],
    [{ min: 86_400, max: 60 }, 60, 60],
    [{ min: 86_400, max: 60 }, 59, '423'],
  ])('[SB-81] bounds of %j, asked for %j: %j', async ({ min, max }, expires, granted) => {
    const rig = new RegistrarRig();
    rig.configure('voice service voip', 'sip', `registrar server expires max ${max} min ${min}`);
    const response = await rig.register({ contacts: [contactOf('2101')], expires });
    if (typeof granted === 'string') expect(response.status).toBe(Number(granted));
    else expect(listed(response)[0]?.[1]).toBe(granted);
  });

  it('[SB-82] a CSeq of the same Call-ID that is not higher fails the whole request', async () => {
    const rig = new RegistrarRig();
    await rig.register({ cseq: 10 });
    const added = '<sip:b@127.0.0.21>';
    for (const parts of [
      { cseq: 9 },
      { cseq: 10, contacts: [contactOf('2101'), added] },
      { cseq: 10, contacts: [contactOf('2101', AT_HOME, ';q=0.5')] },
      { cseq: 10, expires: 0 },
      { cseq: 10, expires: 60 },
      { cseq: 10, contacts: ['*'], expires: 0 },
    ]) {
      expect((await rig.register(parts)).status).toBe(500);
    }
    expect(rig.lines.facts('2101')).toHaveLength(1);
    expect((await rig.register({ cseq: 1, callId: 'another' })).status).toBe(200);
  });

  it('[SB-82] a REGISTER that comes again with the same Call-ID and CSeq gets its 200 again [design 5]', async () => {
    const rig = new RegistrarRig();
    const parts = { cseq: 10, contacts: [contactOf('2101'), '<sip:gone@127.0.0.21>;expires=0'], expires: 300 };
    await rig.register(parts);
    await rig.clock.pass(10_000);
    expect(listed(await rig.register(parts))).toEqual([['sip:2101@127.0.0.21:5060', 290]]);
    expect(rig.lines.facts('2101')).toHaveLength(1);
  });

  it.each([
    ['sip:2101@PHONE.example:5060', 'sip:2101@phone.example:5060', 1],
    ['sip:2101@127.0.0.21;transport=UDP', 'sip:2101@127.0.0.21;Transport=udp', 1],
    ['sip:%32101@127.0.0.21', 'sip:2101@127.0.0.21', 1],
    ['sip:2101@127.0.0.21', 'sip:2101@127.0.0.21:5060', 2],
    ['sip:2101@127.0.0.21', 'sip:2101@127.0.0.21;transport=udp', 2],
    ['sip:alice@127.0.0.21', 'sip:ALICE@127.0.0.21', 2],
  ])('[SB-83] %s and %s are %i', async (a, b, count) => {
    const rig = new RegistrarRig();
    const instance = contactOf('x').replace(/<[^>]*>/, '');
    await rig.register({ contacts: [`<${a}>${instance}`] });
    await rig.register({ contacts: [`<${b}>${instance}`] });
    expect(await rig.contacts()).toHaveLength(count);
  });

  it('[SB-86] keeps Path in its order, gives it back, and sends there first', async () => {
    const rig = new RegistrarRig();
    const response = await rig.register({
      fields: ['Path: <sip:127.0.0.31;lr>, <sip:127.0.0.32;lr>', 'Path: <sip:127.0.0.33;lr>', 'Supported: path'],
    });
    const path = ['<sip:127.0.0.31;lr>', '<sip:127.0.0.32;lr>', '<sip:127.0.0.33;lr>'];
    expect(headerLines(response, 'Path')).toEqual(path);
    expect(header(response, 'Supported')).toContain('path');
    const [binding] = rig.lines.facts('2101')[0]?.bindings ?? [];
    expect(binding).toMatchObject({ path, flow: { remote: { host: '127.0.0.31', port: 5060 } } });
    expect(binding?.heardOn?.remote).toEqual({ host: '127.0.0.21', port: 5060 });
  });

  it('refuses a Path of too many hops', async () => {
    const fields = Array.from({ length: 17 }, () => 'Path: <sip:127.0.0.31;lr>');
    expect((await new RegistrarRig().register({ fields })).status).toBe(400);
  });

  it('[SB-87] gives no GRUU and promises no outbound', async () => {
    const contacts = [`${contactOf('2101')};reg-id=1;gruu`];
    const response = await new RegistrarRig().register({ contacts, fields: ['Supported: gruu, outbound'] });
    expect(headerLines(response, 'Contact').join()).not.toMatch(/pub-gruu|temp-gruu/);
    expect(header(response, 'Require')).toBeUndefined();
    expect(header(response, 'Supported')).toBe('path');
  });

  it('lets the contacts of an earlier start of the phone make room, and refuses more than ten of one request', async () => {
    const rig = new RegistrarRig();
    for (let start = 1; start <= 12; start += 1) {
      const contacts = [contactOf('2101', flowOf('127.0.0.21', 6_000 + start))];
      expect((await rig.register({ contacts, callId: `start-${start}` })).status).toBe(200);
      await rig.clock.pass(1_000);
    }
    const ports = (await rig.contacts()).map((uri) => Number(uri.split(':')[2]));
    expect(ports).toEqual([6_003, 6_004, 6_005, 6_006, 6_007, 6_008, 6_009, 6_010, 6_011, 6_012]);
    const many = Array.from({ length: 11 }, (_each, at) => `<sip:${MAC}@127.0.0.21:${7_000 + at}>`);
    expect((await rig.register({ contacts: many })).status).toBe(403);
    expect(await rig.contacts()).toHaveLength(10);
  });

  it('passes over a body that it does not know', async () => {
    const fields = ['Content-Type: application/x-cisco-remotecc-request+xml'];
    expect((await new RegistrarRig().register({ fields, body: '<x-cisco-remotecc-request><op' })).status).toBe(200);
  });

  it('[T-9] a phone that unregisters and registers is a fact each time', async () => {
    const rig = new RegistrarRig();
    await rig.register();
    await rig.register({ expires: 0, contacts: [contactOf('2101')] });
    await rig.register();
    await rig.register();
    expect(rig.lines.facts('2101').map(({ cause, bindings }) => [cause, bindings.length])).toEqual([
      ['registered', 1],
      ['unregistered', 0],
      ['registered', 1],
      ['refreshed', 1],
    ]);
  });
});

describe('REGISTER: flows', () => {
  it('[SB-100] fills received and rport, and answers to the source port', async () => {
    const rig = new RegistrarRig();
    const response = await rig.register({
      via: 'SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKnat;rport',
      flow: flowOf('127.0.0.21', 33_333),
    });
    expect(header(response, 'Via')).toContain('received=127.0.0.21');
    expect(header(response, 'Via')).toContain('rport=33333');
    expect(rig.socket.sent.at(-1)?.flow.remote).toEqual({ host: '127.0.0.21', port: 33_333 });
  });

  it('[SB-101] answers to the port of Via at the address it came from without rport', async () => {
    const rig = new RegistrarRig();
    await rig.register({ via: 'SIP/2.0/UDP 10.0.0.9:5062;branch=z9hG4bKnat', flow: flowOf('127.0.0.21', 33_333) });
    expect(rig.socket.sent.at(-1)?.flow.remote).toEqual({ host: '127.0.0.21', port: 5062 });
  });

  it('sends to the contact, but to a phone behind an address translation where it was heard', async () => {
    const rig = new RegistrarRig();
    const contacts = [contactOf('2101', flowOf('10.0.0.9', 5062))];
    await rig.register({ contacts });
    await rig.register({ contacts, flow: flowOf('127.0.0.21', 33_333), via: 'SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKn1' });
    const [plain, natted] = rig.lines.facts('2101').map(({ bindings }) => bindings[0]);
    expect(plain?.flow.remote).toEqual({ host: '10.0.0.9', port: 5062 });
    expect(plain?.heardOn?.remote).toEqual({ host: '127.0.0.21', port: 5060 });
    expect(natted?.flow.remote).toEqual({ host: '127.0.0.21', port: 33_333 });
    expect(natted?.heardOn).toBeUndefined();
  });

  it('[SB-107] binds a phone to the connection it opened', async () => {
    const rig = new RegistrarRig();
    rig.open.add('c1');
    await rig.register({ flow: connectionOf('c1'), contacts: [contactOf('2101', flowOf('127.0.0.21', 5060))] });
    expect(rig.lines.facts('2101')[0]?.bindings[0]).toMatchObject({
      connectionBound: true,
      flow: { transport: 'tcp', connection: 'c1' },
    });
  });
});

describe('REGISTER: durable before answered [law 2]', () => {
  it('is not answered while the stream is away, and 200 when it is back [law 8]', async () => {
    const rig = new RegistrarRig();
    rig.lines.isAway = true;
    await rig.hear(rig.textOf());
    await rig.clock.pass(15_000);
    expect(rig.answers()).toEqual([]);
    rig.lines.isAway = false;
    await rig.reconnect();
    expect(rig.answers().map(({ status }) => status)).toEqual([200]);
    expect(rig.lines.facts('2101')).toHaveLength(1);
  });

  it('absorbs retransmissions meanwhile, and answers them like the first', async () => {
    const rig = new RegistrarRig();
    rig.lines.isAway = true;
    const text = rig.textOf();
    await rig.hear(text);
    await rig.hear(text);
    rig.lines.isAway = false;
    await rig.reconnect();
    await rig.hear(text);
    expect(rig.answers().map(({ status }) => status)).toEqual([200, 200]);
    expect(rig.lines.facts('2101')).toHaveLength(1);
  });

  it('is refused with a time to come again after 20 seconds', async () => {
    const rig = new RegistrarRig();
    rig.lines.isAway = true;
    await rig.hear(rig.textOf());
    await rig.clock.pass(21_000);
    expect(rig.answers().map((answer) => [answer.status, header(answer, 'Retry-After')])).toEqual([[503, '10']]);
  });

  it('is stored once when the acknowledgement was lost', async () => {
    const rig = new RegistrarRig();
    rig.lines.losesNextAcknowledgement = true;
    await rig.hear(rig.textOf());
    await rig.clock.pass(1_000);
    expect(rig.answers().map(({ status }) => status)).toEqual([200]);
    expect(rig.lines.facts('2101')).toHaveLength(1);
  });

  it('keeps what another edge registered a moment before', async () => {
    const rig = new RegistrarRig();
    const other = new RegistrarRig(PHONES, { id: 'sip-edge-2', epoch: 8 }, rig.lines);
    await other.register({ contacts: [contactOf('2101', flowOf('127.0.0.21', 5070))], callId: 'other' });
    const [there] = rig.lines.facts('2101')[0]?.bindings ?? [];
    if (!there) throw new Error('nothing was registered');
    const moved = { ...there, contact: 'sip:2101@127.0.0.21:5080' };
    await rig.lines.appendElsewhere('2101', 'pool:1', [there, moved]);
    expect(listed(await rig.register())).toHaveLength(3);
  });
});
