import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SccpOffice } from '@linewatch/kit';
import { Capture } from './capture';
import { first } from './pdml';
import { numberIn, skinnyIds, skinnyKind, type SkinnyMessage, SkinnyTalk } from './skinny';

/**
 * Stations of three protocol versions register, talk and watch. What is claimed of the wire is read from a capture that
 * tshark took and decoded: the stations only act, and tell when to go on.
 */

/** `skinny.featureStatus` and `skinny.notificationStatus` [sccp-wire 2.1]. */
const unknown = 0;
const idle = 1;
const inUse = 2;
const doNotDisturb = 3;

/** tshark's `skinny.cause`. */
const ok = 0;
const routeFail = 1;

/** Text that ends with a message: its NUL, and zeros up to four octets, are in no field. */
const MOST_PADDING = 4;
/** Of messages that have a size of their own whatever they hold: octets that may be without use, of which tshark shows none. */
const fillers: Readonly<Record<number, number>> = {
  // 42 keys of two octets, 32 soft keys of 20, 16 sets of 48 [sccp-wire 3].
  [skinnyIds.ButtonTemplateRes]: 2 * (42 - 6),
  [skinnyIds.SoftKeyTemplateRes]: 20 * (32 - 16),
  [skinnyIds.SoftKeySetRes]: 48 * (16 - 12),
  // Its last two texts are empty.
  [skinnyIds.CallInfoV2]: 2 + MOST_PADDING,
  // The label of a key in its field of 121 octets [sccp-wire 2.2].
  [skinnyIds.FeatureStatV2Res]: 124,
};

let office: SccpOffice;
let capture: Capture<SkinnyMessage>;
const folder = mkdtempSync(join(tmpdir(), 'linewatch-peers-'));
beforeAll(async () => {
  office = await SccpOffice.open({ presence: [' presence call-list'], env: { LINEWATCH_SCCP_VERSION: '22' } });
  const [server] = office.system.sccp;
  if (!server) throw new Error('no sccp-edge listens');
  capture = await Capture.start(skinnyKind, server, folder);
});
afterEach(async () => {
  await office?.leave();
  await capture?.forget();
});
afterAll(async () => {
  await capture?.stop();
  await office?.close();
  if (process.env['LINEWATCH_TEST_KEEP'] !== '1') rmSync(folder, { recursive: true, force: true });
});

describe.each([
  { version: 11, header: 0 },
  { version: 17, header: 17 },
  { version: 22, header: 22 },
])('stations of version $version, as tshark reads them', ({ version, header }) => {
  it('register, show a line in keys and call lists, talk and leave: nothing is malformed, and every status is right', async () => {
    const watcher = await office.station(1, { version });
    await watcher.shows(1, 'unknown');
    const watched = await office.station(2, { version });
    await watcher.shows(1, 'idle');
    const entry = watcher.showInCallList('3002');
    await entry.shows('idle');
    const foreign = watcher.showInCallList('9999');
    await foreign.answered();
    const call = await watcher.dial('3002');
    const incoming = await watched.nextCall();
    await call.ringing();
    await incoming.answer();
    await call.answered();
    await entry.shows('in-use');
    await call.hangup();
    await incoming.ended();
    await entry.shows('idle');
    watched.pressDoNotDisturb();
    await entry.shows('dnd');
    watched.pressDoNotDisturb();
    await entry.shows('idle');
    await watcher.keepAlive();
    await watched.unregister();
    await entry.shows('unknown');
    await watcher.shows(1, 'unknown');
    await watcher.unregister();
    await capture.settle();

    expect(capture.complaints()).toEqual([]);
    const messages = capture.messages();
    const watching = SkinnyTalk.of(messages, watcher.deviceName);
    expectRegistration(watching, version);
    for (const message of watching.heard()) expectWellFormed(message, header);

    expect(watching.keyStatuses(1)).toEqual([unknown, idle, inUse, idle, doNotDisturb, idle, unknown]);
    expect(watching.listStatuses(entry.transaction)).toEqual([idle, inUse, idle, doNotDisturb, idle, unknown]);
    expectCallListAnswer(watching, { transaction: entry.transaction, number: '3002', cause: ok });
    expectCallListAnswer(watching, { transaction: foreign.transaction, number: '9999', cause: routeFail });
    expect(watching.listStatuses(foreign.transaction)).toEqual([]);

    const talking = SkinnyTalk.of(messages, watched.deviceName);
    expectSound(watching, talking);
    expectSound(talking, watching);
    // Off-hook, proceed, ring out, connected, on-hook; and off-hook with the answer, after the ringing.
    expect(callStates(watching)).toEqual([1, 12, 3, 5, 2]);
    expect(callStates(talking)).toEqual([4, 1, 5, 2]);
    for (const talk of [watching, talking]) expectParties(talk, { version, calling: '3001', called: '3002' });
  });
});

it('a message that is too short for its layout is complained of', async () => {
  const before = capture.complaints().length;
  const phone = await office.station(3);
  // OpenReceiveChannelAck ends after its status.
  phone.sendRaw(Buffer.from('08000000110000002200000000000000', 'hex'));
  await phone.keepAlive();
  await capture.settle();
  expect(capture.complaints().slice(before)).toEqual([expect.stringContaining('Malformed Packet')]);
});

/** Every answer of a registration came, once, and said the version. */
function expectRegistration(talk: SkinnyTalk, version: number): void {
  const [acknowledged] = talk.all('RegisterAck');
  expect(acknowledged && numberIn(acknowledged, 'maxProtocolVer')).toBe(version);
  const answers = [
    'RegisterAck', 'CapabilitiesReq', 'ButtonTemplateRes', 'SoftKeyTemplateRes', 'SoftKeySetRes', 'ConfigStatRes',
    'ForwardStatRes', 'TimeDateRes', 'KeepAliveAck', 'UnregisterAck',
  ] as const; // prettier-ignore
  expect(Object.fromEntries(answers.map((name) => [name, talk.all(name).length]))).toEqual(
    Object.fromEntries(answers.map((name) => [name, 1])),
  );
  const [template] = talk.all('ButtonTemplateRes');
  // A line and five keys with lamps [office of the kit].
  const types = template?.fields.get('skinny.buttonDefinition')?.slice(0, 6).map(Number);
  expect(types).toEqual([0x09, 0x15, 0x15, 0x15, 0x15, 0x15]);
}

/** Its header is of the agreed version, and tshark has a field for every octet. */
function expectWellFormed(message: SkinnyMessage, header: number): void {
  const { id, frame, headerVersion, undecoded } = message;
  const plain: readonly number[] = [skinnyIds.RegisterAck, skinnyIds.KeepAliveAck, skinnyIds.UnregisterAck];
  const about = { id, frame };
  expect({ ...about, headerVersion }).toEqual({ ...about, headerVersion: plain.includes(id) ? 0 : header });
  expect({ ...about, isFilled: undecoded <= (fillers[id] ?? MOST_PADDING) }).toEqual({ ...about, isFilled: true });
}

/** SubscriptionStatReq was answered once, with that cause, the same feature and the same timer. */
function expectCallListAnswer(
  talk: SkinnyTalk,
  { transaction, number, cause }: { transaction: number; number: string; cause: number },
): void {
  const about = (message: SkinnyMessage) => numberIn(message, 'transactionId') === transaction;
  const asked = talk.all('SubscriptionStatReq').filter(about);
  const answered = talk.all('SubscriptionStat').filter(about);
  expect(asked.map(({ fields }) => first(fields, 'skinny.subscriptionID'))).toEqual([number]);
  const said = ['cause', 'subscriptionFeatureID', 'timer'] as const;
  expect(answered.map((message) => said.map((field) => numberIn(message, field)))).toEqual([
    [cause, ...said.slice(1).map((field) => numberIn(asked[0] as SkinnyMessage, field))],
  ]);
}

/** One phone is told to send where the other one said it listens, with the codec of its own channel. */
function expectSound(from: SkinnyTalk, to: SkinnyTalk): void {
  const placesOf = (messages: SkinnyMessage[], address: string, port: string) =>
    messages.map((message) => `${first(message.fields, `skinny.${address}`)}:${numberIn(message, port)}`);
  const listens = placesOf(to.all('OpenReceiveChannelAck'), 'ipAddr.ipv4', 'portNumber');
  expect(listens).toHaveLength(1);
  expect(placesOf(from.all('StartMediaTransmission'), 'remoteIpAddr.ipv4', 'remotePortNumber')).toEqual(listens);
  const codecs = (name: 'OpenReceiveChannel' | 'StartMediaTransmission') =>
    from.all(name).map((message) => numberIn(message, 'compressionType'));
  expect(codecs('StartMediaTransmission')).toEqual(codecs('OpenReceiveChannel'));
}

/** Every CallInfo names both, in the form of that version [sccp-wire 4]. */
function expectParties(talk: SkinnyTalk, of: { version: number; calling: string; called: string }): void {
  const told = talk.all(of.version < 16 ? 'CallInfo' : 'CallInfoV2');
  const said = told.map(({ fields }) =>
    ['callingParty', 'callingPartyName', 'calledParty', 'calledPartyName'].map((name) =>
      first(fields, `skinny.${name}`),
    ),
  );
  expect(new Set(said.map(String))).toEqual(
    new Set([String([of.calling, `Phone ${of.calling}`, of.called, `Phone ${of.called}`])]),
  );
}

function callStates(talk: SkinnyTalk): number[] {
  return talk.all('CallState').map((message) => numberIn(message, 'callState'));
}
