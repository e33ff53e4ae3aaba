import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { fixedText, writeSccp } from './sccp-bytes';
import { SccpStation } from './sccp-station';
import { until } from './until';

/** A server that says what the test tells it to. */
class WrongServer {
  readonly sockets: Socket[] = [];
  constructor(private readonly server: Server) {}

  static async open(): Promise<WrongServer> {
    const server = createServer();
    const wrong = new WrongServer(server);
    server.on('connection', (socket) => wrong.sockets.push(socket.on('error', () => {})));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return wrong;
  }

  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: (this.server.address() as AddressInfo).port };
  }

  say(...frames: Buffer[]): void {
    for (const frame of frames) this.sockets.at(-1)?.write(frame);
  }

  close(): Promise<void> {
    this.sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const V = 17;
const zeros = (count: number) => Buffer.alloc(count);
const version = (agreed: number) => Buffer.from([agreed, 0x20, 0xf1, 0xff]);
const registerAck = (agreed = V, header = 0) =>
  writeSccp(0x0081, header, [30, fixedText('D/M/Y', 8), 60, version(agreed)]);
/** A line, and a BLF key. */
const buttons = writeSccp(0x0097, V, [0, 2, 2, Buffer.from([1, 0x09, 1, 0x15]), zeros(80)]);
const featureStat = (instance: number, type: number, status: number, label: string) =>
  writeSccp(0x0146, V, [instance, type, status, fixedText(label, 4)]);
const callState = (state: number, line: number, call: number) => writeSccp(0x0111, V, [state, line, call, 0, 4, 0]);
const subscriptionStat = (transaction: number, feature: number, timer: number, cause: number) =>
  writeSccp(0x0152, V, [transaction, feature, timer, cause]);
const notification = (transaction: number, status: number) =>
  writeSccp(0x0153, V, [transaction, 1, status, zeros(100)]);
const openChannel = (party: number, call: number, codec = 4, length = 128) =>
  writeSccp(0x0105, V, [call, party, 20, codec, 0, 0, call, zeros(length - 28)]);
const startSending = (party: number, call: number, codec: number, address: number[], port: number) =>
  writeSccp(0x008a, V, [
    call,
    party,
    zeros(4),
    Buffer.from(address),
    zeros(12),
    port,
    20,
    codec,
    0xb8,
    0,
    0,
    0,
    call,
    zeros(72),
  ]);
const closeChannel = (party: number, call: number) => writeSccp(0x0106, V, [call, party, call, 0]);

/** A phone that was acknowledged and has its buttons. */
async function acknowledged(): Promise<{ server: WrongServer; phone: SccpStation }> {
  const server = await WrongServer.open();
  opened.push(server);
  const phone = await SccpStation.open({ server: server.address, version: V, keepAliveMs: 0, withinMs: 2_000 });
  opened.push(phone);
  const done = phone.sendRegister();
  await until(() => server.sockets.length > 0, 'a connection');
  server.say(registerAck());
  await done;
  server.say(buttons);
  return { server, phone };
}

/** Everything that was said has been heard. */
async function settled(server: WrongServer, phone: SccpStation): Promise<void> {
  server.say(writeSccp(0x0094, V, [2026, 1, 0, 1, 0, 0, 0, 0, 0]));
  await phone.until('the time', () => phone.heard.find(({ name }) => name === 'DefineTimeDate'));
}

describe('a simulated phone finds wrong', () => {
  const rows: [string, Buffer[], string[]][] = [
    ['nothing in a right FeatureStat', [featureStat(1, 0x15, 1, 'Bob')], []],
    ['a message that no phone knows', [writeSccp(0x0199, V)], ['0x0199 is no message for a phone']],
    ['a message that is too short', [writeSccp(0x0111, V, [4])], [
      ...[4, 8].map((at) => `CallState ends at 4, before the word at ${at}`),
      'CallState has 4 bytes of payload at version 17, not 24',
    ]],
    ['the layout of another version', [callState(4, 1, 7), openChannel(1, 7, 4, 92)], [
      'OpenReceiveChannel has 92 bytes of payload at version 17, not 128',
    ]],
    ['the header of another version', [writeSccp(0x0115, 0)], ['ClearNotify has 0 in its header at version 17, not 17']],
    ['a frame that is not padded', [writeSccp(0x0143, V, [0, Buffer.from('ab\0')])], ['DisplayDynamicNotify is not padded to four bytes']],
    ['a text without an end', [writeSccp(0x0098, V, [Buffer.alloc(16, 'x')])], ['Version the text at 0 has no NUL in 16 bytes']],
    ['a text that is no UTF-8', [writeSccp(0x0143, V, [0, Buffer.from([0xe4, 0, 0, 0])])], ['DisplayDynamicNotify a text is no UTF-8: e4']],
    ['a key that is not there', [featureStat(9, 0x15, 1, 'Bob')], ['FeatureStatDynamic for key 9, which the phone does not have']],
    ['another kind of key', [featureStat(1, 0x13, 1, 'Bob')], ['FeatureStatDynamic says type 19 of key 1']],
    ['a state that is none', [featureStat(1, 0x15, 5, 'Bob')], ['FeatureStatDynamic has status 5']],
    ['a label that changes', [featureStat(1, 0x15, 1, 'Bob'), featureStat(1, 0x15, 2, 'Eve')], ['the label of key 1 changed to Eve']],
    ['the form for old phones', [writeSccp(0x011f, V, [1, 0x15, fixedText('Bob', 40), 1])], ['FeatureStat came at version 17, not FeatureStatDynamic']],
    ['an answer to no question', [subscriptionStat(0x77, 1, 3600, 0)], ['SubscriptionStat for transaction 119, which was not asked']],
    ['a KeepAliveAck unasked', [writeSccp(0x0100, 0)], ['KeepAliveAck came unasked']],
    ['what makes phones restart', [writeSccp(0x009a, V)], ['0x009a is no message for a phone', '0x009a makes phones restart [sccp-wire 3]']],
    ['a call on a line that is not there', [callState(4, 3, 7)], ['CallState for line 3, which the phone does not have']],
    ['a message about no call', [writeSccp(0x0082, V, [0x21, 0, 1, 7])], ['StartTone for call 7, which the phone does not know']],
    ['two channels at once', [callState(5, 1, 7), callState(5, 1, 8), openChannel(1, 7), openChannel(2, 8)], ['OpenReceiveChannel while call 7 to nobody yet listens']],
    ['a codec that the phone does not have', [callState(5, 1, 7), openChannel(1, 7, 9)], ['OpenReceiveChannel wants codec 9, which the phone does not have']],
    ['another codec for sending', [callState(5, 1, 7), openChannel(1, 7), startSending(1, 7, 2, [10, 0, 0, 1], 4000)], ['StartMediaTransmission has codec 2, the phone listens with 4']],
    ['sound into the void', [callState(5, 1, 7), openChannel(1, 7), startSending(1, 7, 4, [0, 0, 0, 0], 0)], ['StartMediaTransmission to 0.0.0.0:0']],
    ['sending without listening', [callState(5, 1, 7), startSending(1, 7, 4, [10, 0, 0, 1], 4000)], ['StartMediaTransmission while call 7 to nobody yet does not listen']],
    ['another channel closed', [callState(5, 1, 7), openChannel(1, 7), closeChannel(2, 7)], ['CloseReceiveChannel for party 2, not 1']],
    ['a call that ends with its channel open', [callState(5, 1, 7), openChannel(1, 7), callState(2, 1, 7)], ['call 7 to nobody yet has ended and still listens']],
    ['a length that cannot be', [Buffer.alloc(16, 0xff)], ['a frame states 4294967295 bytes: the stream is lost']],
  ]; // prettier-ignore

  it.each(rows)('%s', async (_, frames, violations) => {
    const { server, phone } = await acknowledged();
    server.say(...frames);
    if (violations[0]?.includes('the stream is lost')) {
      await phone.until('a violation', () => phone.violations[0]);
    } else await settled(server, phone);
    expect(phone.violations).toEqual(violations);
  });

  it.each<[string, (transaction: number) => Buffer[], string[]]>([
    ['another timer in the answer', (id) => [subscriptionStat(id, 1, 60, 0)], ['SubscriptionStat says timer 60, asked was 3600']],
    ['another feature in the answer', (id) => [subscriptionStat(id, 2, 3600, 0)], ['SubscriptionStat is of feature 2, asked was 1']],
    ['a notification before the answer', (id) => [notification(id, 1)], ['Notification for 4000, whose cause is undefined']],
    ['a notification after a refusal', (id) => [subscriptionStat(id, 1, 3600, 1), notification(id, 1)], ['Notification for 4000, whose cause is 1']],
    ['a notification of no state', (id) => [subscriptionStat(id, 1, 3600, 0), notification(id, 9)], ['Notification has status 9']],
  ])('%s of a call list', async (_, frames, violations) => {
    const { server, phone } = await acknowledged();
    const { transaction } = phone.showInCallList('4000');
    server.say(...frames(transaction));
    await settled(server, phone);
    expect(phone.violations).toEqual(violations);
  }); // prettier-ignore

  it('messages before its registration, and more than it offered', async () => {
    const server = await WrongServer.open();
    opened.push(server);
    const phone = await SccpStation.open({ server: server.address, version: 11, keepAliveMs: 0, withinMs: 2_000 });
    opened.push(phone);
    const done = phone.sendRegister();
    await until(() => server.sockets.length > 0, 'a connection');
    server.say(writeSccp(0x009b, 0), registerAck(17));
    await done;
    expect(phone.violations).toEqual([
      'CapabilitiesReq came before the acknowledgement of the registration',
      'version 17 was agreed, 11 offered',
    ]);
  });

  it('a repeated state, which it counts only', async () => {
    const { server, phone } = await acknowledged();
    server.say(featureStat(1, 0x15, 1, 'Bob'), featureStat(1, 0x15, 1, 'Bob'));
    await settled(server, phone);
    expect([phone.repeatedLamps, phone.violations]).toEqual([1, []]);
  });
});
