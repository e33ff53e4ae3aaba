import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeMessage, encodeMessage, type Frame, headerVersionOf, layouts, messageNameOf } from './codec';
import { type MalformedStream, SccpFramer } from './framing';
import type { Message, MessageName } from './messages';
import type { Dialect } from './payload';
import { frames, registerVersions } from './testdata/frames';

const dialect = (version: number, text: Dialect['text'] = 'utf8'): Dialect => ({ version, text });

const isFrame = (found: Frame | MalformedStream): found is Frame => 'id' in found;

function frameOf(bytes: Buffer): Frame {
  const [frame] = new SccpFramer().push(bytes);
  if (!frame || !isFrame(frame)) throw new Error('no frame');
  return frame;
}

const read = (bytes: Buffer, version: number, text?: Dialect['text']) =>
  decodeMessage(frameOf(bytes), dialect(version, text));

describe('the table of messages', () => {
  const lines = readFileSync(join(__dirname, 'testdata', 'message-ids.txt'), 'utf8').split('\n');
  const known = lines.filter((line) => line && !line.startsWith('#')).map((line) => line.split(' '));

  it('has the numbers, senders and names of chan-sccp, and no others [sccp-wire 3, 4]', () => {
    const ours = Object.entries(layouts).map(([name, { id, sender }]) => [
      id.toString(16).toUpperCase().padStart(4, '0'),
      sender[0],
      name,
    ]);
    const byId = (a: (string | undefined)[], b: (string | undefined)[]) => (a[0] ?? '').localeCompare(b[0] ?? '');
    expect(ours.sort(byId)).toEqual(known.sort(byId));
  });

  it('gives each number to one message', () => {
    const names = Object.keys(layouts) as MessageName[];
    expect(names.map((name) => messageNameOf(layouts[name].id))).toEqual(names);
  });
});

describe.each(frames)('$title', ({ version, hex, message, readOnly }) => {
  const bytes = Buffer.from(hex.replace(/ /g, ''), 'hex');

  it('is read', () => {
    expect(read(bytes, version)).toEqual(message);
  });

  if (!readOnly) {
    it('is written', () => {
      expect(encodeMessage(message, dialect(version)).toString('hex')).toBe(bytes.toString('hex'));
    });
  }

  it('is read again as it was written', () => {
    expect(read(encodeMessage(message, dialect(version)), version)).toEqual(message);
  });

  it('is found wherever its bytes are cut', () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const framer = new SccpFramer();
      const found = [...framer.push(bytes.subarray(0, cut)), ...framer.push(bytes.subarray(cut))];
      expect(found.map((frame) => isFrame(frame) && decodeMessage(frame, dialect(version)))).toEqual([message]);
      expect(framer.heldBytes).toBe(0);
    }
  });

  it('is found when its bytes come one by one', () => {
    const framer = new SccpFramer();
    const found = [...bytes].flatMap((_, at) => framer.push(bytes.subarray(at, at + 1)));
    expect(found.map((frame) => isFrame(frame) && decodeMessage(frame, dialect(version)))).toEqual([message]);
  });
});

describe('RegisterMessage', () => {
  const head = Buffer.alloc(40);
  head.write('SEP001122334455', 0, 'latin1');
  head.writeUInt32LE(30018, 28);

  it.each(registerVersions)('of a $phone says version $version [sccp-wire 1.2]', ({ bytes, version, features }) => {
    const payload = Buffer.concat([head, Buffer.from(bytes, 'hex'), Buffer.alloc(24)]);
    expect(decodeMessage({ headerVersion: 0, id: 1, payload }, dialect(3))).toMatchObject({
      deviceName: 'SEP001122334455',
      deviceType: 30018,
      protocolVersion: version,
      phoneFeatures: features,
    });
  });

  it.each([36, 44, 64, 68, 124, 172])('of %d bytes is read as far as it goes [sccp-wire 3]', (length) => {
    const payload = Buffer.concat([head, Buffer.alloc(132)]).subarray(0, length);
    expect(decodeMessage({ headerVersion: 0, id: 1, payload }, dialect(3))).toMatchObject({
      name: 'RegisterMessage',
      protocolVersion: 0,
      ipV6Address: '::',
      loadName: '',
    });
  });

  it('that ends before the device type is no message', () => {
    const payload = head.subarray(0, 30);
    const frame = { headerVersion: 0, id: 1, payload };
    expect(decodeMessage(frame, dialect(3))).toEqual({ name: 'raw', id: 1, reason: 'short', payload });
  });
});

describe('layouts that differ by version', () => {
  const blank = (name: MessageName): Message => {
    const frame = { headerVersion: 0, id: layouts[name].id, payload: Buffer.alloc(2800) };
    return decodeMessage(frame, dialect(22)) as Message;
  };
  const size = (name: MessageName, version: number) => encodeMessage(blank(name), dialect(version)).length - 12;

  const sizes: [MessageName, [version: number, bytes: number][]][] = [
    ['OpenReceiveChannel', [[3, 92], [5, 92], [11, 92], [15, 108], [16, 112], [17, 128], [18, 132], [20, 132], [22, 168]]],
    ['StartMediaTransmission', [[3, 112], [11, 112], [15, 116], [17, 132], [20, 132], [22, 168]]],
    ['OpenReceiveChannelAck', [[11, 20], [17, 36]]],
    ['StartMediaTransmissionAck', [[11, 24], [17, 40], [22, 40]]],
    ['MediaTransmissionFailure', [[11, 20], [17, 36]]],
    ['StopToneMessage', [[3, 8], [5, 8], [11, 12], [22, 12]]],
    ['DialedNumberMessage', [[17, 32], [18, 36], [22, 36]]],
    ['ForwardStatMessage', [[17, 92], [18, 96], [22, 96]]],
    ['EnblocCallMessage', [[11, 24], [17, 28], [18, 32], [22, 32]]],
    ['ConnectionStatisticsReq', [[17, 32], [18, 36]]],
    ['ServerResMessage', [[11, 280], [17, 360]]],
    ['CallInfoMessage', [[5, 384], [22, 384]]],
    ['ConfigStatMessage', [[5, 112]]],
    ['LineStatMessage', [[5, 112]]],
    ['SpeedDialStatMessage', [[5, 68]]],
    ['FeatureStatMessage', [[5, 52]]],
    ['FeatureStatDynamicMessage', [[17, 136]]],
    ['NotificationMessage', [[11, 112], [17, 112]]],
    ['SubscriptionStatReqMessage', [[11, 268]]],
    ['ButtonTemplateMessage', [[3, 96]]],
    ['SoftKeyTemplateResMessage', [[3, 652]]],
    ['SoftKeySetResMessage', [[3, 780]]],
    ['CallStateMessage', [[3, 24]]],
    ['DefineTimeDate', [[3, 36]]],
    ['RegisterAckMessage', [[3, 20]]],
    ['DisplayPromptStatusMessage', [[3, 44]]],
    ['ServiceURLStatMessage', [[3, 300]]],
    ['ExtensionDeviceCaps', [[17, 164]]],
  ]; // prettier-ignore

  it.each(sizes.flatMap(([name, rows]) => rows.map((row) => [name, ...row] as const)))(
    '%s at version %d has %d bytes of payload',
    (name, version, bytes) => {
      expect(size(name, version)).toBe(bytes);
    },
  );

  it.each([
    [3, 0], [5, 0], [10, 0], [11, 0], [15, 15], [17, 17], [22, 22],
  ])('the header at version %d says %d [sccp-wire 1.2]', (version, header) => {
    expect(headerVersionOf('CallStateMessage', dialect(version))).toBe(header);
    expect(headerVersionOf('RegisterAckMessage', dialect(version))).toBe(0);
    expect(headerVersionOf('UnregisterAckMessage', dialect(version))).toBe(0);
    expect(headerVersionOf('KeepAliveAckMessage', dialect(version))).toBe(0);
  }); // prettier-ignore

  it('puts 42 buttons in a template, and 56 when a phone has side cars', () => {
    const template = (count: number) => {
      const buttons = Array.from({ length: count }, (_, at) => ({ instance: at + 1, type: 0x15 }));
      return encodeMessage({ name: 'ButtonTemplateMessage', buttons }, dialect(17));
    };
    expect(template(42).length).toBe(12 + 12 + 84);
    expect(template(43).length).toBe(12 + 12 + 112);
    expect(template(99).length).toBe(12 + 12 + 112);
  });

  it.each([
    ['packed, as a 7970 sends it', 25],
    ['aligned, as an 8945 sends it', 28],
  ])('reads the line of an enbloc call at version 22 %s [sccp-wire 4]', (_, offset) => {
    const payload = Buffer.alloc(32);
    payload.write('3001', 0, 'latin1');
    payload[offset] = 2;
    const message = decodeMessage({ headerVersion: 22, id: 4, payload }, dialect(22));
    expect(message).toEqual({ name: 'EnblocCallMessage', calledParty: '3001', lineInstance: 2 });
  });

  it.each([
    ['16 bytes, without a call', 16, '10.0.0.1', undefined],
    ['20 bytes', 20, '10.0.0.1', 77],
  ])(
    'tells a short OpenReceiveChannelAck of %s from a long one at any version [sccp-wire 4]',
    (_, length, ip, call) => {
      const payload = Buffer.from('000000000a00000100600000070000004d000000', 'hex').subarray(0, length);
      const message = decodeMessage({ headerVersion: 17, id: 0x22, payload }, dialect(17));
      expect(message).toMatchObject({ ipAddress: ip, port: 24576, passThruPartyID: 7, callReference: call });
    },
  );

  it('carries IPv6 addresses from version 17 on', () => {
    const ack: Message = {
      name: 'OpenReceiveChannelAck',
      mediaStatus: 0,
      ipAddress: '2001:db8::a:1',
      port: 4000,
      passThruPartyID: 1,
      callReference: 2,
    };
    expect(read(encodeMessage(ack, dialect(17)), 17)).toEqual(ack);
  });
});

describe('text', () => {
  const label = (featureTextLabel: string): Message => ({
    name: 'FeatureStatMessage',
    featureIndex: 1,
    featureID: 0x15,
    featureTextLabel,
    featureStatus: 1,
  });
  const labelOf = (text: string, encoding: Dialect['text']) => {
    const message = read(encodeMessage(label(text), dialect(11, encoding)), 11, encoding);
    return message.name === 'FeatureStatMessage' ? message.featureTextLabel : undefined;
  };

  it.each([
    ['plain text', 'Bob', 'utf8', 'Bob'],
    ['letters beyond ASCII in UTF-8', 'Jürgen', 'utf8', 'Jürgen'],
    ['letters beyond ASCII in ISO-8859-1', 'Jürgen', 'latin1', 'Jürgen'],
    ['what ISO-8859-1 does not have', 'Łódź', 'latin1', '?ód?'],
    ['a text too long, cut before the last byte', 'x'.repeat(60), 'utf8', 'x'.repeat(39)],
    ['a letter at the cut, left out whole', `${'x'.repeat(38)}é`, 'utf8', 'x'.repeat(38)],
    ['a sign of four bytes at the cut', `${'x'.repeat(37)}📞`, 'utf8', 'x'.repeat(37)],
    ['a NUL ends the text', 'Bob\0Eve', 'utf8', 'Bob'],
  ] as const)('%s', (_, given, encoding, expected) => {
    expect(labelOf(given, encoding)).toBe(expected);
  });

  it('keeps the last byte of a fixed field NUL', () => {
    const bytes = encodeMessage(label('x'.repeat(60)), dialect(11));
    expect(bytes[12 + 8 + 39]).toBe(0);
    expect(bytes[12 + 8 + 38]).toBe('x'.charCodeAt(0));
  });
});

describe('what the table does not know', () => {
  it('is kept as it came', () => {
    const payload = Buffer.from('0102', 'hex');
    expect(decodeMessage({ headerVersion: 17, id: 0x0199, payload }, dialect(17))).toEqual({
      name: 'raw',
      id: 0x0199,
      reason: 'unknown',
      payload,
    });
  });

  it('bytes beyond the layout are ignored', () => {
    const frame = { headerVersion: 17, id: 0x0b, payload: Buffer.from('02000000ffffffffff', 'hex') };
    expect(decodeMessage(frame, dialect(17))).toEqual({ name: 'LineStatReqMessage', lineInstance: 2 });
  });

  it('more capabilities than the message holds are those it holds', () => {
    const payload = Buffer.from(`ffffffff${'0400000014000000'}${'00'.repeat(8)}0200`, 'hex');
    expect(decodeMessage({ headerVersion: 0, id: 0x10, payload }, dialect(11))).toEqual({
      name: 'CapabilitiesResMessage',
      audio: [{ codec: 4, maxFramesPerPacket: 20 }],
    });
  });
});
