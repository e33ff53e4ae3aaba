import fc from 'fast-check';
import { layouts, decodeMessage } from './codec';
import type { Message, MessageName } from './messages';
import { dialectOf } from './station';
import { NOW, profile, register, StationStory } from './station.fixture';
import { defaultStationSettings, type StationEffect, type StationInput } from './station-state';

const send = (message: Message): StationEffect => ({ type: 'send', message });
const deliver = (event: Extract<StationEffect, { type: 'deliver' }>['event']): StationEffect => ({
  type: 'deliver',
  event,
});

describe('a connection of a phone that has not registered', () => {
  it('is closed when it says nothing', () => {
    const story = new StationStory();
    expect(story.lifeTimers()).toEqual([{ type: 'startTimer', name: 'firstMessage', ms: 30_000 }]);
    expect(story.take({ type: 'timer', name: 'firstMessage' }).news()).toEqual([{ type: 'close', reason: 'silent' }]);
    expect(story.state).toEqual({ status: 'closed' });
  });

  it('answers keep-alives, which a phone sends to its second server, at that interval [sccp-wire 1.1]', () => {
    const story = new StationStory();
    story.lifeTimers();
    story.hear({ name: 'KeepAliveMessage' });
    expect(story.lifeTimers()).toEqual([
      { type: 'stopTimer', name: 'firstMessage' },
      { type: 'startTimer', name: 'keepAlive', ms: 180_000 },
    ]);
    expect(story.hear({ name: 'KeepAliveMessage' }).sent()).toEqual([{ name: 'KeepAliveAckMessage' }]);
    expect(story.take({ type: 'timer', name: 'keepAlive' }).news()).toEqual([{ type: 'close', reason: 'silent' }]);
  });

  it('hears the alarm that a phone brings', () => {
    const alarm: Message = { name: 'AlarmMessage', severity: 2, text: 'Last=reset', parameter1: 0, parameter2: 0 };
    expect(new StationStory().hear(alarm).news()).toEqual([
      deliver({ type: 'alarm', severity: 2, text: 'Last=reset' }),
    ]);
  });

  it.each<Message['name']>(['ButtonTemplateReqMessage', 'OffHookMessage', 'TimeDateReqMessage'])(
    'is closed when it begins with %s [sccp-wire 1]',
    (name) => {
      const payload = Buffer.alloc(8);
      const frame = { headerVersion: 0, id: layouts[name].id, payload };
      const message = decodeMessage(frame, dialectOf(new StationStory().state)) as Message;
      expect(new StationStory().hear(message).news()).toEqual([{ type: 'close', reason: 'notRegistered' }]);
    },
  );

  it('counts what it cannot read and stays', () => {
    const story = new StationStory();
    const raw = { name: 'raw', id: 0x199, payload: Buffer.alloc(0) } as const;
    story.take({ type: 'message', message: { ...raw, reason: 'unknown' } });
    story.take({ type: 'message', message: { ...raw, reason: 'short' } });
    expect(story.news()).toEqual([
      { type: 'count', what: 'unknownMessage' },
      { type: 'count', what: 'shortMessage' },
    ]);
    expect(story.state.status).toBe('connected');
  });

  it.each(['RegisterTokenRequest', 'SPCPRegisterTokenRequest'] as const)('asks whether a %s may come', (name) => {
    const token: Message = {
      name,
      deviceName: 'SEP001122334455',
      userId: 0,
      instance: 1,
      ipAddress: '192.0.2.10',
      deviceType: 7,
    };
    const story = new StationStory().hear(token);
    expect(story.news()).toEqual([{ type: 'askToken', deviceName: 'SEP001122334455' }]);
    const isSpcp = name === 'SPCPRegisterTokenRequest';
    expect(story.take({ type: 'tokenGranted' }).sent()).toEqual([
      { name: isSpcp ? 'SPCPRegisterTokenAck' : 'RegisterTokenAck' },
    ]);
    story.hear(token).news();
    expect(story.take({ type: 'tokenRefused', waitSeconds: 60 }).sent()).toEqual([
      { name: isSpcp ? 'SPCPRegisterTokenReject' : 'RegisterTokenReject', waitSeconds: 60 },
    ]);
    expect(story.take({ type: 'tokenGranted' }).sent()).toEqual([]);
  });
});

describe('registration', () => {
  it('is acknowledged only when the phone is known and its registration durable [design law 2]', () => {
    const story = new StationStory().hear(register());
    expect(story.news()).toEqual([{ type: 'identify', attempt: 1, register: register() }]);
    story.take({ type: 'identified', attempt: 1, profile });
    expect(story.news()).toEqual([{ type: 'recordRegistration', attempt: 1, register: register() }]);
    story.take({ type: 'recorded', attempt: 1 });
    expect(story.news()).toEqual([
      send({
        name: 'RegisterAckMessage',
        keepAliveInterval: 30,
        dateTemplate: 'D/M/Y',
        secondaryKeepAliveInterval: 60,
        protocolVersion: 17,
        protocolFeatures: '20f1ff',
      }),
      send({ name: 'CapabilitiesReqMessage' }),
      deliver({ type: 'registered', register: register(), dialect: { version: 17, text: 'utf8' } }),
    ]);
  });

  it.each([
    [22, 17, 17], [22, 22, 22], [17, 17, 17], [15, 17, 15], [13, 17, 11], [11, 17, 11], [7, 17, 5], [5, 17, 5],
    [3, 17, 3], [0, 17, 3], [255, 22, 22], [22, 11, 11],
  ])('a phone of version %d gets under a ceiling of %d version %d [sccp-wire 1.2]', (offered, versionCeiling, version) => {
    const story = new StationStory({ ...defaultStationSettings, versionCeiling });
    story.registered({ protocolVersion: offered });
    expect(dialectOf(story.state).version).toBe(version);
  }); // prettier-ignore

  it.each([
    [3, '000000'], [5, '20f1fe'], [10, '20f1fe'], [11, '20f1ff'], [17, '20f1ff'],
  ])('at version %d acknowledges with the features %s [sccp-wire 3]', (protocolVersion, protocolFeatures) => {
    const story = new StationStory().hear(register({ protocolVersion }));
    story.take({ type: 'identified', attempt: 1, profile }).take({ type: 'recorded', attempt: 1 });
    expect(story.sent()[0]).toMatchObject({ name: 'RegisterAckMessage', protocolVersion, protocolFeatures });
  }); // prettier-ignore

  it('of an unknown phone is refused with a text, and the connection closed', () => {
    const story = new StationStory().hear(register());
    story.news();
    expect(story.take({ type: 'refused', attempt: 1, text: 'Unknown phone' }).news()).toEqual([
      send({ name: 'RegisterRejectMessage', text: 'Unknown phone' }),
      { type: 'close', reason: 'refused' },
    ]);
  });

  it.each<StationInput>([{ type: 'unavailable', attempt: 1 }, { type: 'disconnected' }])(
    'ends without an answer when it cannot be made: %o',
    (input) => {
      const story = new StationStory().hear(register()).take({ type: 'identified', attempt: 1, profile });
      story.news();
      story.take(input);
      expect(story.sent()).toEqual([]);
      expect(story.state).toEqual({ status: 'closed' });
    },
  );

  it('absorbs a repeat and ignores answers to another attempt', () => {
    const story = new StationStory().hear(register());
    story.news();
    story.hear(register()).take({ type: 'identified', attempt: 2, profile }).take({ type: 'recorded', attempt: 1 });
    expect(story.news()).toEqual([]);
    expect(story.state.status).toBe('identifying');
  });

  it('keeps what a phone says meanwhile and answers it after the acknowledgement', () => {
    const story = new StationStory().hear(
      register(),
      { name: 'IpPortMessage', rtpPort: 4000 },
      { name: 'TimeDateReqMessage' },
    );
    story.take({ type: 'identified', attempt: 1, profile }).take({ type: 'recorded', attempt: 1 });
    expect(story.sent().map(({ name }) => name)).toEqual([
      'RegisterAckMessage',
      'CapabilitiesReqMessage',
      'DefineTimeDate',
    ]);
  });

  it('keeps no more than 32 messages', () => {
    const story = new StationStory().hear(register());
    story.hear(...Array.from({ length: 40 }, () => ({ name: 'TimeDateReqMessage' }) as const));
    expect(story.news().filter(({ type }) => type === 'count')).toHaveLength(8);
  });

  it('under another name on one connection is no phone', () => {
    const story = new StationStory().registered();
    story.hear(register({ deviceName: 'SEP000000000001' }));
    expect(story.news()).toEqual([
      deliver({ type: 'unregistered', cause: 'malformed' }),
      { type: 'close', reason: 'anotherDevice' },
    ]);
  });

  it('of a registered phone begins anew', () => {
    const story = new StationStory().registered().hear(register());
    expect(story.news()).toEqual([
      deliver({ type: 'unregistered', cause: 'registersAgain' }),
      { type: 'identify', attempt: 2, register: register() },
    ]);
    story.take({ type: 'identified', attempt: 2, profile }).take({ type: 'recorded', attempt: 2 });
    expect(story.sent()[0]?.name).toBe('RegisterAckMessage');
  });
});

describe('the end of a registration', () => {
  it('is acknowledged when it is durable', () => {
    const story = new StationStory().registered().hear({ name: 'UnregisterMessage', reason: undefined });
    expect(story.news()).toEqual([{ type: 'recordUnregistration', attempt: 2 }]);
    expect(story.take({ type: 'recorded', attempt: 2 }).news()).toEqual([
      deliver({ type: 'unregistered', cause: 'asked' }),
      send({ name: 'UnregisterAckMessage', status: 0 }),
      { type: 'close', reason: 'unregistered' },
    ]);
  });

  it.each<[StationInput, number]>([
    [{ type: 'unregistrationRefused', attempt: 2, status: 2 }, 2],
    [{ type: 'unavailable', attempt: 2 }, 1],
  ])('is refused: %o', (input, status) => {
    const story = new StationStory().registered().hear({ name: 'UnregisterMessage', reason: undefined });
    story.news();
    expect(story.take(input).news()).toEqual([send({ name: 'UnregisterAckMessage', status })]);
    expect(story.state.status).toBe('registered');
  });

  it.each<[StationInput, string, string | undefined]>([
    [{ type: 'disconnected' }, 'disconnected', undefined],
    [{ type: 'timer', name: 'keepAlive' }, 'silent', 'silent'],
    [{ type: 'replaced' }, 'replaced', 'replaced'],
  ])('is told whatever the cause: %o', (input, cause, reason) => {
    const news = new StationStory().registered().take(input).news();
    expect(news[0]).toEqual({ type: 'deliver', event: { type: 'unregistered', cause } });
    expect(news.slice(1)).toEqual(reason ? [{ type: 'close', reason }] : []);
  });

  it('waits for the missing of three keep-alives, whatever else the phone says', () => {
    const story = new StationStory().registered().hear({ name: 'TimeDateReqMessage' });
    expect(story.lifeTimers()).toEqual([{ type: 'startTimer', name: 'keepAlive', ms: 90_000 }]);
  });
});

describe('the questions of a registered phone [sccp-wire 5.1]', () => {
  const rows: [string, Message, Message | undefined][] = [
    [
      'its buttons, with numbers by kind',
      { name: 'ButtonTemplateReqMessage', version: undefined },
      {
        name: 'ButtonTemplateMessage',
        buttons: [
          { instance: 1, type: 0x09 },
          { instance: 1, type: 0x15 },
          { instance: 2, type: 0x02 },
          { instance: 2, type: 0x09 },
          { instance: 3, type: 0x15 },
          { instance: 1, type: 0x14 },
          { instance: 4, type: 0x13 },
          { instance: 0, type: 0x82 },
          { instance: 0, type: 0xff },
        ],
      },
    ],
    [
      'how many lines',
      { name: 'ConfigStatReqMessage' },
      {
        name: 'ConfigStatMessage',
        deviceName: 'SEP001122334455',
        userId: 0,
        instance: 1,
        userName: 'alice',
        serverName: 'linewatch',
        numberLines: 2,
        numberSpeedDials: 1,
      },
    ],
    [
      'a line',
      { name: 'LineStatReqMessage', lineInstance: 1 },
      {
        name: 'LineStatDynamicMessage',
        lineInstance: 1,
        lineType: 15,
        dirNumber: '3001',
        fullyQualifiedDisplayName: 'Alice',
        label: 'Alice 3001',
      },
    ],
    [
      'a line without a label',
      { name: 'LineStatReqMessage', lineInstance: 2 },
      {
        name: 'LineStatDynamicMessage',
        lineInstance: 2,
        lineType: 15,
        dirNumber: '3002',
        fullyQualifiedDisplayName: 'Front desk',
        label: '3002',
      },
    ],
    [
      'a line that it does not have',
      { name: 'LineStatReqMessage', lineInstance: 9 },
      {
        name: 'LineStatDynamicMessage',
        lineInstance: 9,
        lineType: 15,
        dirNumber: '',
        fullyQualifiedDisplayName: '',
        label: '',
      },
    ],
    [
      'where calls are forwarded',
      { name: 'ForwardStatReqMessage', lineInstance: 1 },
      {
        name: 'ForwardStatMessage',
        activeForward: 1,
        lineInstance: 1,
        forwardAllActive: 0,
        forwardAllNumber: '',
        forwardBusyActive: 1,
        forwardBusyNumber: '3009',
        forwardNoAnswerActive: 0,
        forwardNoAnswerNumber: '',
      },
    ],
    [
      'a speed dial',
      { name: 'SpeedDialStatReqMessage', speedDialInstance: 2 },
      { name: 'SpeedDialStatMessage', speedDialInstance: 2, dirNumber: '4001', displayName: 'Taxi' },
    ],
    [
      'a service',
      { name: 'ServiceURLStatReqMessage', serviceUrlIndex: 1 },
      { name: 'ServiceURLStatDynamicMessage', serviceUrlIndex: 1, url: 'http://menu', displayName: 'Menu' },
    ],
    [
      'a BLF key of a line nothing is known of',
      { name: 'FeatureStatReqMessage', featureIndex: 3, featureCapabilities: 1 },
      {
        name: 'FeatureStatDynamicMessage',
        featureIndex: 3,
        featureID: 0x15,
        featureTextLabel: 'Carol',
        featureStatus: 0,
      },
    ],
    [
      'a feature key',
      { name: 'FeatureStatReqMessage', featureIndex: 4, featureCapabilities: 0 },
      {
        name: 'FeatureStatDynamicMessage',
        featureIndex: 4,
        featureID: 0x13,
        featureTextLabel: 'Private',
        featureStatus: 0,
      },
    ],
    [
      'a feature key that it does not have',
      { name: 'FeatureStatReqMessage', featureIndex: 9, featureCapabilities: undefined },
      undefined,
    ],
    [
      'the time',
      { name: 'TimeDateReqMessage' },
      {
        name: 'DefineTimeDate',
        year: 2026,
        month: 3,
        dayOfWeek: 3,
        day: 4,
        hour: 12,
        minute: 34,
        seconds: 56,
        milliseconds: 789,
        systemTime: Math.floor(NOW / 1000),
      },
    ],
    ['its firmware', { name: 'VersionReqMessage' }, { name: 'VersionMessage', version: 'SCCP41.9-4-2' }],
    [
      'its servers',
      { name: 'ServerReqMessage' },
      { name: 'ServerResMessage', servers: [{ name: 'linewatch', address: '0.0.0.0', port: 2000 }] },
    ],
  ];

  it.each(rows)('%s', (_, question, answer) => {
    expect(new StationStory().registered().hear(question).sent()).toEqual(answer ? [answer] : []);
  });

  it('local time is that of the settings', () => {
    const story = new StationStory({ ...defaultStationSettings, utcOffsetMinutes: -13 * 60 });
    expect(story.registered().hear({ name: 'TimeDateReqMessage' }).sent()).toMatchObject([
      { day: 3, dayOfWeek: 2, hour: 23, systemTime: Math.floor(NOW / 1000) },
    ]);
  });

  it('soft keys: sets that name places in the template', () => {
    const story = new StationStory().registered();
    const [template] = story.hear({ name: 'SoftKeyTemplateReqMessage' }).sent();
    const [sets, select] = story.hear({ name: 'SoftKeySetReqMessage' }).sent();
    if (template?.name !== 'SoftKeyTemplateResMessage' || sets?.name !== 'SoftKeySetResMessage') throw new Error();
    const labels = sets.sets.map((keys) => keys.map((key) => template.softKeys[key - 1]?.label));
    expect(labels[0]).toEqual(['Redial', 'NewCall', 'CFwdALL', 'PickUp', 'GPickUp', 'DND']);
    expect(labels[3]).toEqual(['Answer', 'DND']);
    expect(labels).toHaveLength(12);
    expect(labels.flat()).not.toContain(undefined);
    expect(select).toMatchObject({ name: 'SelectSoftKeysMessage', softKeySetIndex: 0 });
  });

  it('is ready with its last question, and says so once', () => {
    const story = new StationStory().registered();
    story.hear({ name: 'TimeDateReqMessage' }, { name: 'TimeDateReqMessage' });
    expect(story.news().filter(({ type }) => type === 'deliver')).toEqual([deliver({ type: 'ready' })]);
  });

  it.each<[string, number, number, MessageName, MessageName, MessageName]>([
    ['version 5', 5, 0x8572, 'LineStatMessage', 'FeatureStatMessage', 'ServiceURLStatMessage'],
    ['version 11', 11, 0x8560, 'LineStatMessage', 'FeatureStatDynamicMessage', 'ServiceURLStatDynamicMessage'],
    [
      'version 11 without dynamic messages',
      11,
      0x8460,
      'LineStatMessage',
      'FeatureStatMessage',
      'ServiceURLStatMessage',
    ],
    ['version 17', 17, 0x8572, 'LineStatDynamicMessage', 'FeatureStatDynamicMessage', 'ServiceURLStatDynamicMessage'],
  ])('the form of the answers fits a phone of %s', (_, protocolVersion, phoneFeatures, ...names) => {
    const story = new StationStory().registered({ protocolVersion, phoneFeatures });
    story.hear(
      { name: 'LineStatReqMessage', lineInstance: 1 },
      { name: 'FeatureStatReqMessage', featureIndex: 1, featureCapabilities: undefined },
      { name: 'ServiceURLStatReqMessage', serviceUrlIndex: 1 },
    );
    expect(story.sent().map(({ name }) => name)).toEqual(names);
  });
});

describe('BLF keys', () => {
  const ask: Message = { name: 'FeatureStatReqMessage', featureIndex: 1, featureCapabilities: undefined };
  const stat = (featureStatus: number): Message => ({
    name: 'FeatureStatDynamicMessage',
    featureIndex: 1,
    featureID: 0x15,
    featureTextLabel: 'Bob',
    featureStatus,
  });

  it('show the current state when the phone asks, and every change after that [sccp-wire 2.2]', () => {
    const story = new StationStory().registered().take({ type: 'lamp', instance: 1, status: 1 });
    expect(story.sent()).toEqual([]);
    story.hear({ name: 'ButtonTemplateReqMessage', version: undefined }).news();
    expect(story.hear(ask).sent()).toEqual([stat(1)]);
    expect(story.take({ type: 'lamp', instance: 1, status: 2 }).sent()).toEqual([stat(2)]);
    expect(story.take({ type: 'lamp', instance: 1, status: 2 }).sent()).toEqual([]);
    expect(story.take({ type: 'lamp', instance: 1, status: 0 }).sent()).toEqual([stat(0)]);
  });

  it('that the phone does not have are ignored', () => {
    const story = new StationStory().registered();
    expect(story.take({ type: 'lamp', instance: 9, status: 2 }).news()).toEqual([]);
    expect(story.take({ type: 'lamp', instance: 2, status: 2 }).news()).toEqual([]);
  });

  it('ring nobody after the phone has gone', () => {
    const story = new StationStory().registered().take({ type: 'disconnected' });
    story.news();
    expect(story.take({ type: 'lamp', instance: 1, status: 2 }).news()).toEqual([]);
  });
});

describe('keys, hook and channels', () => {
  const line = { lineInstance: 1, callReference: 7 };
  const rows: [string, Message, StationEffect][] = [
    ['the handset', { name: 'OffHookMessage', lineInstance: undefined, callReference: undefined }, deliver({ type: 'offHook', line: 0, call: 0 })],
    ['the end', { name: 'OnHookMessage', ...line }, deliver({ type: 'onHook', line: 1, call: 7 })],
    ['a digit', { name: 'KeypadButtonMessage', key: 14, ...line }, deliver({ type: 'digit', digit: '*', line: 1, call: 7 })],
    ['no key of a keypad', { name: 'KeypadButtonMessage', key: 77, ...line }, { type: 'count', what: 'unknownKey' }],
    ['a soft key', { name: 'SoftKeyEventMessage', softKeyEvent: 11, ...line }, deliver({ type: 'function', key: 'answer', line: 1, call: 7 })],
    ['the DND soft key', { name: 'SoftKeyEventMessage', softKeyEvent: 20, ...line }, deliver({ type: 'function', key: 'doNotDisturb', line: 1, call: 7 })],
    ['no soft key', { name: 'SoftKeyEventMessage', softKeyEvent: 99, ...line }, { type: 'count', what: 'unknownKey' }],
    ['a whole number', { name: 'EnblocCallMessage', calledParty: '2101', lineInstance: 1 }, deliver({ type: 'enbloc', number: '2101', line: 1 })],
    ['a capability', { name: 'CapabilitiesResMessage', audio: [{ codec: 4, maxFramesPerPacket: 20 }] }, deliver({ type: 'capabilities', audio: [{ codec: 4, maxFramesPerPacket: 20 }] })],
    ['where it listens', { name: 'OpenReceiveChannelAck', mediaStatus: 0, ipAddress: '192.0.2.10', port: 4000, passThruPartyID: 3, callReference: 7 }, deliver({ type: 'receiving', party: 3, address: '192.0.2.10', port: 4000 })],
    ['that it cannot listen', { name: 'OpenReceiveChannelAck', mediaStatus: 2, ipAddress: '0.0.0.0', port: 0, passThruPartyID: 3, callReference: 7 }, deliver({ type: 'notReceiving', party: 3, status: 2 })],
    ['that it cannot send', { name: 'MediaTransmissionFailure', conferenceID: 0, passThruPartyID: 3, ipAddress: '192.0.2.9', port: 1, callReference: 7 }, deliver({ type: 'notSending', party: 3, status: 1 })],
    ['what belongs to a server', { name: 'KeepAliveAckMessage' }, { type: 'count', what: 'outOfPlace' }],
  ]; // prettier-ignore

  it.each(rows)('%s', (_, message, effect) => {
    expect(new StationStory().registered().hear(message).news()).toEqual([effect]);
  });

  it.each<[string, number, number, StationEffect]>([
    ['a line', 0x09, 2, deliver({ type: 'lineKey', line: 2 })],
    ['a BLF key', 0x15, 3, deliver({ type: 'dialKey', number: '2102', instance: 3 })],
    ['a speed dial', 0x02, 2, deliver({ type: 'dialKey', number: '4001', instance: 2 })],
    ['a key that is not there', 0x15, 4, { type: 'count', what: 'unknownKey' }],
    ['redial', 0x01, 0, deliver({ type: 'function', key: 'redial', line: 0, call: 0 })],
    ['hold', 0x03, 1, deliver({ type: 'function', key: 'hold', line: 1, call: 0 })],
    ['transfer', 0x04, 1, deliver({ type: 'function', key: 'transfer', line: 1, call: 0 })],
    ['do not disturb', 0x82, 0, deliver({ type: 'function', key: 'doNotDisturb', line: 0, call: 0 })],
    ['voice mail', 0x0f, 0, deliver({ type: 'voiceMail' })],
    ['a feature', 0x13, 4, deliver({ type: 'featureKey', instance: 4 })],
    ['anything else', 0x99, 0, { type: 'count', what: 'unknownKey' }],
  ])('the key of %s', (_, stimulus, stimulusInstance, effect) => {
    const message: Message = {
      name: 'StimulusMessage',
      stimulus,
      stimulusInstance,
      callReference: undefined,
      stimulusStatus: undefined,
    };
    expect(new StationStory().registered().hear(message).news()).toEqual([effect]);
  });
});

describe('the configuration of a registered phone', () => {
  it('tells of another forward', () => {
    const story = new StationStory().registered();
    story.take({ type: 'forwarded', lineInstance: 2, forward: { all: '3009' } });
    expect(story.sent()).toMatchObject([{ lineInstance: 2, activeForward: 1, forwardAllNumber: '3009' }]);
    story.hear({ name: 'ForwardStatReqMessage', lineInstance: 2 });
    expect(story.sent()).toMatchObject([{ lineInstance: 2, forwardAllActive: 1 }]);
  });

  it('sends the phone to restart', () => {
    const story = new StationStory().registered().take({ type: 'reset', resetType: 2 });
    expect(story.sent()).toEqual([{ name: 'Reset', resetType: 2 }]);
  });
});

describe('whatever comes', () => {
  const names = Object.keys(layouts) as MessageName[];
  const messages = fc.tuple(fc.constantFrom(...names), fc.uint8Array({ maxLength: 300 })).map(([name, bytes]) => {
    const payload = Buffer.from(bytes);
    return decodeMessage({ headerVersion: 0, id: layouts[name].id, payload }, { version: 11, text: 'utf8' });
  });
  const attempts = fc.nat({ max: 4 });
  const small = fc.nat({ max: 5 });
  const inputs: fc.Arbitrary<StationInput> = fc.oneof(
    { weight: 6, arbitrary: messages.map((message) => ({ type: 'message', message }) as const) },
    fc.constant({ type: 'message', message: register() } as const),
    fc.constant({ type: 'message', message: { name: 'UnregisterMessage', reason: 0 } } as const),
    attempts.map((attempt) => ({ type: 'identified', attempt, profile }) as const),
    { weight: 3, arbitrary: attempts.map((attempt) => ({ type: 'recorded', attempt }) as const) },
    attempts.map((attempt) => ({ type: 'refused', attempt, text: 'no' }) as const),
    fc.record({ type: fc.constant('lamp' as const), instance: small, status: small }),
    fc.record({ type: fc.constant('subscriptionAnswered' as const), transactionID: small, cause: small }),
    fc.record({ type: fc.constant('callListStatus' as const), transactionID: small, status: small }),
    small.map((id) => ({ type: 'timer', name: `callList ${id}` }) as const),
  );

  it('a phone is acknowledged only after it was recorded, told registered and unregistered in turn, and nothing follows its end', () => {
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 60 }), (given) => {
        const story = new StationStory();
        let isUp = false;
        let isRecorded = false;
        for (const input of given) {
          const wasClosed = story.state.status === 'closed';
          if (input.type === 'recorded') isRecorded = story.state.status === 'recording';
          for (const effect of story.take(input).news()) {
            expect(wasClosed).toBe(false);
            if (effect.type === 'send' && effect.message.name === 'RegisterAckMessage') expect(isRecorded).toBe(true);
            if (effect.type !== 'deliver') continue;
            if (effect.event.type === 'registered' || effect.event.type === 'unregistered') {
              expect(isUp).toBe(effect.event.type === 'unregistered');
              isUp = effect.event.type === 'registered';
            }
          }
        }
        const { state } = story;
        if (state.status === 'registered') expect(Object.keys(state.callList).length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 200 },
    );
  });
});
