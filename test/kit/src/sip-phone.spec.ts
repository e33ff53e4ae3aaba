import type { Address } from '@linewatch/sip';
import { Conditions } from './conditions';
import { replacing } from './sip-call';
import { SipPhone, type SipPhoneOptions } from './sip-phone';
import { openSipSocket, type SipSocket } from './sip-socket';
import {
  headerOf,
  readMessage,
  summaryOf,
  writeAnswer,
  writeMessage,
  uriOf,
  addressOf,
  type Field,
  type HeardRequest,
  type HeardMessage,
} from './sip-text';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function phone(number: string, registrar: Address, options: Partial<SipPhoneOptions> = {}): Promise<SipPhone> {
  const opened = await SipPhone.open({ numbers: [number], registrar, t1Ms: 50, withinMs: 2_000, ...options });
  open.push(opened);
  return opened;
}

/** Two phones that reach each other without any server between. */
async function pair(options: Partial<SipPhoneOptions> = {}): Promise<[SipPhone, SipPhone]> {
  const callee = await phone('3002', { host: '127.0.0.1', port: 1 }, options);
  return [await phone('3001', callee.address, options), callee];
}

/** A server of a few lines: each request is answered by the script, and it can send of its own. */
class Peer {
  readonly heard: HeardMessage[] = [];
  readonly conditions = new Conditions('the peer', () => this.heard.map(summaryOf).join(', '));
  socket!: SipSocket;
  static async open(script: (request: HeardRequest, peer: Peer) => void): Promise<Peer> {
    const peer = new Peer();
    peer.socket = await openSipSocket('udp', { host: '127.0.0.1', port: 0 }, (bytes, source) => {
      const message = readMessage(bytes, source, 0);
      if (!message) return;
      peer.heard.push(message);
      if (message.kind === 'request') script(message, peer);
      peer.conditions.changed();
    });
    open.push(peer);
    return peer;
  }
  answer(request: HeardRequest, status: number, fields: Field[] = []): void {
    const contact: Field = ['Contact', `<sip:${this.socket.local.host}:${this.socket.local.port}>`];
    this.socket.send(writeAnswer(request, status, 'Answer', 'peer', [contact, ...fields]), request.source);
  }
  notify(subscribe: HeardRequest, cseq: number, body: string, fields: Field[] = []): void {
    const target = uriOf(headerOf(subscribe, 'contact') ?? '');
    const event = headerOf(subscribe, 'event') ?? '';
    const { host, port } = this.socket.local;
    const all: Field[] = [
      ['Via', `SIP/2.0/UDP ${host}:${port};branch=z9hG4bK${cseq}${Math.random()}`], ['Max-Forwards', '70'],
      ['From', `${headerOf(subscribe, 'to')};tag=peer`], ['To', headerOf(subscribe, 'from') ?? ''],
      ['Call-ID', headerOf(subscribe, 'call-id') ?? ''], ['CSeq', `${cseq} NOTIFY`], ['Contact', `<sip:${host}:${port}>`],
      ['Event', event], ['Content-Type', event.startsWith('dialog') ? 'application/dialog-info+xml' : 'application/pidf+xml'],
      ...(fields.length ? fields : [['Subscription-State', 'active;expires=60'] as const]),
    ]; // prettier-ignore
    this.socket.send(writeMessage(`NOTIFY ${target} SIP/2.0`, all, body), addressOf(target));
  }
  close(): Promise<void> {
    this.conditions.close();
    return this.socket.close();
  }
}

const idle = '<presence entity="sip:3002@a"><tuple id="t"><status><basic>open</basic></status></tuple></presence>';
const inUse = idle.replace('</tuple>', '</tuple><person><activities><on-the-phone/></activities></person>');

describe.each(['udp', 'tcp'] as const)('two phones over %s', (transport) => {
  it('ring, answer, hold, resume and hang up', async () => {
    const [caller, callee] = await pair({ transport });
    const call = caller.call('3002');
    const coming = await callee.nextCall();
    await call.ringing();
    expect(coming.number).toBe('3001');
    await coming.answer();
    await call.answered();
    await call.hold();
    expect(coming.isHeldThere).toBe(true);
    await call.resume();
    expect(coming.isHeldThere).toBe(false);
    await coming.info('Signal=5');
    await call.update();
    await coming.hangup();
    expect(await call.ended()).toEqual({ by: 'there' });
    expect([...caller.violations, ...callee.violations]).toEqual([]);
  });

  it('withdraw a call that rings', async () => {
    const [caller, callee] = await pair({ transport });
    const call = caller.call('3002');
    await call.ringing();
    await call.cancel();
    expect(call.end).toEqual({ by: 'here', status: 487 });
    expect(await (await callee.nextCall()).ended()).toEqual({ by: 'there', status: 487 });
  });

  it('refuse a call', async () => {
    const [caller, callee] = await pair({ transport, autoRing: false });
    const call = caller.call('3002');
    (await callee.nextCall()).reject(486);
    expect(await call.ended()).toEqual({ by: 'there', status: 486 });
    await callee.nextMessage((message) => message.kind === 'request' && message.method === 'ACK', 'the ACK');
    await expect(call.answered()).rejects.toThrow(/486 Busy Here.*before it was answered/);
    expect([...caller.violations, ...callee.violations]).toEqual([]);
  });
});

it('answers by itself when told so, and describes media in the ACK when the INVITE did not', async () => {
  const [caller, callee] = await pair({ autoAnswerMs: 0 });
  const call = await caller.call('3002', { sdp: '' }).answered();
  const coming = await (await callee.nextCall()).answered();
  expect(coming.remoteSdp).toContain('m=audio');
  expect(replacing(call)).toContain(`?Replaces=${encodeURIComponent(call.dialog.callId)}`);
  await call.hangup();
  await coming.ended();
});

it('tells what it awaited and what came instead', async () => {
  const [caller, callee] = await pair({ withinMs: 60 });
  const call = caller.call('3002');
  await callee.nextCall();
  await expect(call.answered()).rejects.toThrow(
    'phone 3001 awaited for 60 ms: the call to 3002 answered; came instead: state early',
  );
  await expect(callee.nextMessage(({ kind }) => kind === 'response', 'an answer')).rejects.toThrow(
    /an answer; came instead: INVITE 3002 \(CSeq 1000\)/,
  );
});

it('sends a request again by T1 until it is answered, and gives up after 64 times T1', async () => {
  let asked = 0;
  const peer = await Peer.open(
    (request, self) => ++asked === 3 && self.answer(request, 200, [['Contact', headerOf(request, 'contact') ?? '']]),
  );
  const silent = await Peer.open(() => {});
  const watcher = await phone('3001', peer.socket.local, { t1Ms: 5 });
  expect(await watcher.register()).toMatchObject({ grantedSeconds: 3600 });
  const texts = peer.heard.map(({ raw }) => raw);
  expect(new Set(texts).size).toBe(1);
  await expect((await phone('3003', silent.socket.local, { t1Ms: 2 })).register()).rejects.toThrow(
    /no answer to REGISTER .* within 128 ms/,
  );
});

it('registers with the MAC as Cisco phones send it, and answers a challenge', async () => {
  const peer = await Peer.open((request, self) => {
    if (headerOf(request, 'authorization')) self.answer(request, 200, [['Contact', `${headerOf(request, 'contact')}`]]);
    else
      self.answer(request, 401, [['WWW-Authenticate', 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256']]);
  });
  const watcher = await phone('3001', peer.socket.local, {
    mac: '0015.6247.EF90',
    credentials: { username: 'u', password: 'p' },
  });
  await watcher.register();
  const [first, second] = peer.heard;
  expect(headerOf(first!, 'contact')).toContain('+sip.instance="<urn:uuid:00000000-0000-0000-0000-00156247ef90>"');
  expect(headerOf(second!, 'contact')).toContain('="SEP00156247EF90"');
  expect(headerOf(second!, 'call-id')).toBe(headerOf(first!, 'call-id'));
  expect(Number.parseInt(headerOf(second!, 'cseq')!, 10)).toBeGreaterThan(
    Number.parseInt(headerOf(first!, 'cseq')!, 10),
  );
});

describe('a subscription', () => {
  it('shows the lamp that NOTIFY brings, also when it overtakes the 2xx', async () => {
    const peer = await Peer.open((request, self) => {
      self.notify(request, 101, idle);
      self.answer(request, 200, [['Expires', '60']]);
    });
    const watcher = await phone('3001', peer.socket.local);
    const subscription = await watcher.subscribe('3002', { expires: 60, eventId: '7' });
    await subscription.waitFor('idle');
    const first = peer.heard[0] as HeardRequest;
    peer.notify(first, 102, inUse);
    expect(await subscription.next(({ lamp }) => lamp === 'in-use')).toMatchObject({
      cseq: 102,
      state: 'active',
      expires: 60,
    });
    expect(subscription.grantedSeconds).toBe(60);
    peer.notify(first, 103, '', [['Subscription-State', 'terminated;reason=timeout']]);
    expect(await subscription.next()).toMatchObject({ state: 'terminated', reason: 'timeout', lamp: 'unknown' });
    expect(watcher.violations).toEqual([]);
    await expect(subscription.waitFor('idle', 20)).rejects.toThrow(
      /awaited for 20 ms: lamp idle of 3002; came instead: idle\/active in NOTIFY .*unknown\/terminated/,
    );
  });

  it('is refused with the status in the error', async () => {
    const peer = await Peer.open((request, self) => self.answer(request, 489));
    const watcher = await phone('3001', peer.socket.local);
    await expect(watcher.subscribe('3002')).rejects.toMatchObject({ name: 'SipRefusedError', status: 489 });
    expect(watcher.subscriptions).toEqual([]);
  });

  it('answers 500 to a lower CSeq and complains', async () => {
    const peer = await Peer.open(
      (request, self) => request.method === 'SUBSCRIBE' && self.answer(request, 200, [['Expires', '3600']]),
    );
    const watcher = await phone('3001', peer.socket.local);
    const subscription = await watcher.subscribe('3002');
    peer.notify(peer.heard[0] as HeardRequest, 105, idle);
    await subscription.waitFor('idle');
    peer.notify(peer.heard[0] as HeardRequest, 104, inUse);
    await watcher.nextMessage((message) => message.kind === 'request' && headerOf(message, 'cseq') === '104 NOTIFY');
    expect(subscription.lamp).toBe('idle');
    expect(watcher.violations).toEqual([expect.stringContaining('CSeq 104 after 105')]);
  });

  it.each([
    [
      'a version that was skipped',
      [
        [0, 'full'],
        [2, 'partial'],
      ],
      'version 2, expected 1',
    ],
    ['a first document that is not full', [[0, 'partial']], 'not full'],
    [
      'a version that went back',
      [
        [5, 'full'],
        [1, 'full'],
      ],
      'version 1, expected 6',
    ],
  ] as [string, [number, string][], string][])('complains about %s', async (_title, documents, complaint) => {
    const peer = await Peer.open(
      (request, self) => request.method === 'SUBSCRIBE' && self.answer(request, 200, [['Expires', '3600']]),
    );
    const watcher = await phone('3001', peer.socket.local);
    const subscription = await watcher.subscribe('3002', { event: 'dialog' });
    for (const [index, [version, state]] of documents.entries()) {
      peer.notify(
        peer.heard[0] as HeardRequest,
        101 + index,
        `<dialog-info version="${version}" state="${state}" entity="sip:3002@a"/>`,
      );
      await subscription.next(({ cseq }) => cseq === 101 + index);
    }
    expect(watcher.violations.join()).toContain(complaint);
  });

  it('keeps the dialogs of full and partial documents', async () => {
    const peer = await Peer.open(
      (request, self) => request.method === 'SUBSCRIBE' && self.answer(request, 200, [['Expires', '3600']]),
    );
    const watcher = await phone('3001', peer.socket.local);
    const subscription = await watcher.subscribe('3002', { event: 'dialog' });
    const document = (version: number, state: string, id: string, dialogState: string) =>
      `<dialog-info version="${version}" state="${state}" entity="sip:3002@a"><dialog id="${id}"><state>${dialogState}</state></dialog></dialog-info>`;
    const steps = [['full', 'a', 'early', 'in-use'], ['partial', 'b', 'early', 'in-use'], ['partial', 'a', 'terminated', 'in-use'], ['partial', 'b', 'terminated', 'idle']] as const; // prettier-ignore
    for (const [version, [state, id, dialogState, lamp]] of steps.entries()) {
      peer.notify(peer.heard[0] as HeardRequest, 101 + version, document(version, state, id, dialogState));
      expect(await subscription.next()).toMatchObject({ lamp });
    }
    expect(watcher.violations).toEqual([]);
  });

  it('can leave NOTIFYs unanswered, refuse them, and answers 481 where it has no subscription', async () => {
    const peer = await Peer.open(
      (request, self) => request.method === 'SUBSCRIBE' && self.answer(request, 200, [['Expires', '3600']]),
    );
    const watcher = await phone('3001', peer.socket.local);
    const subscription = await watcher.subscribe('3002');
    const first = peer.heard[0] as HeardRequest;
    subscription.answerNotify = 'silent';
    peer.notify(first, 101, idle);
    await subscription.waitFor('idle');
    subscription.answerNotify = { status: 503, fields: [['Retry-After', '5']] };
    peer.notify(first, 102, inUse);
    await subscription.waitFor('in-use');
    peer.notify(
      { ...first, headers: first.headers.map(([name, value]) => [name, name === 'call-id' ? 'other' : value]) },
      103,
      idle,
    );
    await watcher.until('the stray NOTIFY', () => watcher.unsolicited[0]);
    const answers = () => peer.heard.flatMap((message) => (message.kind === 'response' ? [message.status] : []));
    await peer.conditions.until('two answers', () => (answers().length === 2 ? true : undefined), 2_000);
    expect(answers()).toEqual([503, 481]);
  });
});

it('complains about a Content-Length that is not the length, and about what is no SIP', async () => {
  const [one, two] = await pair();
  one.sendRaw(
    'OPTIONS sip:3002@a SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bKx;rport\r\nMax-Forwards: 70\r\nFrom: <sip:a@a>;tag=1\r\nTo: <sip:b@a>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nContent-Type: a/b\r\nContent-Length: 9\r\n\r\nabc',
  );
  one.sendRaw('hello?');
  expect(await one.nextMessage(({ kind }) => kind === 'response')).toMatchObject({ status: 200, method: 'OPTIONS' });
  await two.until('two complaints', () => (two.violations.length === 2 ? true : undefined));
  expect(two.violations).toEqual([
    expect.stringContaining('Content-Length 9, 3 octets came'),
    expect.stringContaining('no SIP message: "hello?"'),
  ]);
});
