import { applyCommands, emptyConfig } from '@linewatch/config';
import { Directory, ManualClock, settle } from '@linewatch/edge';
import { Metrics } from '@linewatch/runtime';
import { decodeMessage, encodeMessage, type Message, SccpFramer } from '@linewatch/sccp';
import type { ConnectionUser, SccpConnection } from '../transport/connection';
import { StationSession, type SessionPorts } from './session';

const { config } = applyCommands(emptyConfig(), [
  'telephony-service', '!', 'ephone-dn 1', ' number 3001', '!', 'ephone 1', ' mac-address 0200.0000.0001', ' button 1:1',
]); // prettier-ignore

const register: Message = {
  name: 'RegisterMessage', deviceName: 'SEP020000000001', userId: 0, instance: 1, ipAddress: '192.0.2.10', deviceType: 7,
  maxStreams: 5, activeStreams: 0, protocolVersion: 17, unknown: 0, phoneFeatures: 0x8572, maxConferences: 0,
  activeConferences: 0, macAddress: '020000000001', ipV4Scope: 0, maxLines: 6, ipV6Address: '::', ipV6Scope: 0,
  loadName: 'x', configVersionStamp: '',
}; // prettier-ignore

/** A phone on a connection in memory; what is recorded is the test's to say. */
function setUp() {
  const clock = new ManualClock();
  const metrics = new Metrics();
  const told: string[] = [];
  const heard: string[] = [];
  const framer = new SccpFramer();
  let user: ConnectionUser | undefined;
  let dialect = { version: 3, text: 'latin1' as const } as Parameters<typeof encodeMessage>[1];
  const connection = {
    flow: { transport: 'tcp', local: { host: 'l', port: 1 }, remote: { host: 'r', port: 2 }, connection: 'c' },
    tell: (given: ConnectionUser) => (user = given),
    write: (bytes: Buffer) => {
      for (const frame of framer.push(bytes)) {
        if ('malformed' in frame) throw new Error(frame.malformed);
        const message = decodeMessage(frame, dialect);
        heard.push(message.name);
        if (message.name === 'RegisterAckMessage') dialect = { version: message.protocolVersion, text: 'utf8' };
      }
    },
    end: (why: string) => heard.push(`closed: ${why}`),
    endGently: (why: string) => heard.push(`closed: ${why}`),
  };
  const answers: ((recorded: ReadonlyMap<string, number> | undefined) => void)[] = [];
  const removals: ((isDone: boolean) => void)[] = [];
  const world = { isOpen: true };
  const ports: SessionPorts = {
    settings: { versionCeiling: 17, firstMessageMs: 30_000, server: { name: 'x', address: '192.0.2.1', port: 2000 } },
    directory: new Directory(config),
    registrations: {
      record: () => new Promise((resolve) => answers.push(resolve)),
      remove: () => new Promise((resolve) => removals.push(resolve)),
    },
    listener: {
      registered: (_, phone) => void told.push(`registered ${phone.device}`),
      unregistered: (_, phone) => void told.push(`unregistered ${phone.device}`),
      event: (_, { type }) => void told.push(type),
      subscribe: (_, id, number) => void told.push(`subscribe ${id} ${number}`),
      unsubscribe: (_, id) => void told.push(`unsubscribe ${id}`),
      ended: () => void told.push('ended'),
    },
    clock,
    wheel: clock.wheel,
    isOpenForPhones: () => world.isOpen,
    counts: metrics.counters('c', 'c', 'what'),
    closed: metrics.counters('d', 'd', 'why'),
    floodLog: {
      info: () => undefined,
      error: (_, __, fields) => {
        throw (fields as { err: Error }).err;
      },
    },
  };
  const session = new StationSession(connection as unknown as SccpConnection, ports);
  const say = (message: Message) => {
    const [frame] = new SccpFramer().push(encodeMessage(message, dialect));
    if (frame && !('malformed' in frame)) user?.frame(frame);
  };
  const news = () => heard.splice(0);
  return { clock, session, say, news, told, answers, removals, world, hangUp: () => user?.closed() };
}

async function registered() {
  const rig = setUp();
  rig.say(register);
  rig.answers[0]?.(new Map([['3001', 5]]));
  await settle();
  rig.news();
  return rig;
}

describe('a phone on its connection', () => {
  it('hears RegisterAck only when its registration is durable [design law 2]', async () => {
    const { say, news, told, answers, session } = setUp();
    say(register);
    say({ name: 'ButtonTemplateReqMessage', version: undefined });
    await settle();
    expect(news()).toEqual([]);
    answers[0]?.(new Map([['3001', 5]]));
    await settle();
    expect(news()).toEqual(['RegisterAckMessage', 'CapabilitiesReqMessage', 'ButtonTemplateMessage']);
    expect(told).toEqual(['registered ephone:1']);
    expect(session.recorded.get('3001')).toBe(5);
  });

  it('is closed without a refusal when its registration could not be stored: it tries again', async () => {
    const { say, news, answers, told } = setUp();
    say(register);
    answers[0]?.(undefined);
    await settle();
    expect(news()).toEqual(['closed: station']);
    expect(told).toEqual([]);
  });

  it('that is not configured hears RegisterReject', () => {
    const { say, news } = setUp();
    say({ ...register, deviceName: 'SEP0200000000FF' } as Message);
    expect(news()).toEqual(['RegisterRejectMessage', 'closed: station']);
  });

  it('may not come while the edge drains: its token is refused, its Register unanswered', () => {
    const { say, news, world } = setUp();
    world.isOpen = false;
    say({ name: 'RegisterTokenRequest', deviceName: 'SEP020000000001' } as Message);
    expect(news()).toEqual(['RegisterTokenReject']);
    say(register);
    expect(news()).toEqual(['closed: station']);
  });

  it('hears UnregisterAck only when it is durable that it left', async () => {
    const { say, news, told, removals } = await registered();
    say({ name: 'UnregisterMessage' } as Message);
    await settle();
    expect(news()).toEqual([]);
    removals[0]?.(true);
    await settle();
    expect(news()).toEqual(['UnregisterAckMessage', 'closed: station']);
    expect(told.at(-1)).toBe('unregistered ephone:1');
  });

  it('stays where it could not be stored that it left', async () => {
    const { say, news, told, removals } = await registered();
    say({ name: 'UnregisterMessage' } as Message);
    removals[0]?.(false);
    await settle();
    expect(news()).toEqual(['UnregisterAckMessage']);
    expect(told).toEqual(['registered ephone:1']);
  });

  it('is closed when it says nothing for three keepalive intervals', async () => {
    const { clock, news, told, say } = await registered();
    await clock.pass(80_000);
    say({ name: 'KeepAliveMessage' });
    expect(news()).toEqual(['KeepAliveAckMessage']);
    await clock.pass(89_000);
    expect(news()).toEqual([]);
    await clock.pass(2_000);
    expect(news()).toEqual(['closed: station']);
    expect(told.at(-1)).toBe('unregistered ephone:1');
  });

  it('that hung up is told of once, and its timers are gone', async () => {
    const { clock, hangUp, told, session } = await registered();
    hangUp();
    expect(told.slice(1)).toEqual(['unregistered ephone:1', 'ended']);
    expect(clock.wheel.size).toBe(0);
    session.input({ type: 'lamp', instance: 1, status: 2 });
    expect(told).toHaveLength(3);
  });
});
