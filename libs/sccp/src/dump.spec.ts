import { dumpMessage } from './dump';
import type { Message, RawMessage } from './messages';

describe('the dump of a message for the log', () => {
  const rows: [string, Message | RawMessage, string][] = [
    ['a message without fields', { name: 'KeepAliveMessage' }, 'KeepAliveMessage'],
    [
      'the names of codes',
      { name: 'FeatureStatMessage', featureIndex: 2, featureID: 0x15, featureTextLabel: 'Bob B', featureStatus: 2 },
      'FeatureStatMessage featureIndex=2 featureID=blfSpeedDial featureTextLabel="Bob B" featureStatus=inUse',
    ],
    [
      'a code without a name',
      { name: 'SetLampMessage', stimulus: 0x77, stimulusInstance: 1, lampMode: 9 },
      'SetLampMessage stimulus=119 stimulusInstance=1 lampMode=9',
    ],
    ['no absent field', { name: 'UnregisterMessage', reason: undefined }, 'UnregisterMessage'],
    ['no empty text', { name: 'RegisterRejectMessage', text: '' }, 'RegisterRejectMessage'],
    [
      'letters that would break the line as escapes',
      { name: 'RegisterRejectMessage', text: 'a\r\nb\u001b[31m\u202e\u0085' },
      'RegisterRejectMessage text="a\\r\\nb\\u001b[31m\\u202e\\u0085"',
    ],
    [
      'how many entries a list has',
      { name: 'ButtonTemplateMessage', buttons: [{ instance: 1, type: 9 }] },
      'ButtonTemplateMessage buttons=1',
    ],
    [
      'the codecs of a phone',
      {
        name: 'CapabilitiesResMessage',
        audio: [
          { codec: 4, maxFramesPerPacket: 20 },
          { codec: 2, maxFramesPerPacket: 20 },
        ],
      },
      'CapabilitiesResMessage audio=4,2',
    ],
    [
      'bytes of a message that is not known',
      { name: 'raw', id: 0x199, reason: 'unknown', payload: Buffer.alloc(40, 1) },
      `0x0199 (unknown, 40 bytes) ${'01'.repeat(32)}…`,
    ],
    ['a short one', { name: 'raw', id: 1, reason: 'short', payload: Buffer.alloc(0) }, '0x0001 (short, 0 bytes)'],
  ];

  it.each(rows)('shows %s', (_, message, line) => {
    expect(dumpMessage(message)).toBe(line);
  });

  it('is bounded', () => {
    const message: Message = { name: 'XMLAlarmMessage', text: 'x'.repeat(2048) };
    expect(dumpMessage(message).length).toBeLessThan(300);
  });
});
