import { ManualClock, settle } from '@linewatch/edge';
import { flowOf } from '../testing/fake-transport';
import { StreamsInstead } from './streams-instead';

const LOCAL = { host: '127.0.0.2', port: 5060 };

/** Peers that take a connection, by host; every question is counted. */
function setUp(takers: readonly string[]) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const canReach = async ({ remote }: { remote: { host: string } }) => {
    asked.push(remote.host);
    return takers.includes(remote.host);
  };
  return { clock, asked, streams: new StreamsInstead(() => ({ local: LOCAL, canReach }), clock) };
}

describe('who takes by TCP what is too large for UDP [SB-106]', () => {
  it('asks a peer beside its first large request, which does not wait, and uses TCP from then on', async () => {
    const { streams, asked } = setUp(['127.0.0.21']);
    expect(streams.of(flowOf('127.0.0.21'))).toBeUndefined();
    await settle();
    const stream = { transport: 'tcp', local: LOCAL, remote: { host: '127.0.0.21', port: 5060 } };
    expect([streams.of(flowOf('127.0.0.21')), asked]).toEqual([stream, ['127.0.0.21']]);
  });

  it('asks a phone without TCP once an hour, and never makes it wait', async () => {
    const { streams, asked, clock } = setUp([]);
    for (let n = 0; n < 10; n += 1) {
      expect(streams.of(flowOf('127.0.0.22'))).toBeUndefined();
      await settle();
    }
    expect(asked).toHaveLength(1);
    await clock.pass(3_600_000, 3_600_000);
    streams.of(flowOf('127.0.0.22'));
    expect(asked).toHaveLength(2);
  });

  it('goes back to UDP when a connection failed', async () => {
    const { streams } = setUp(['127.0.0.21']);
    streams.of(flowOf('127.0.0.21'));
    await settle();
    streams.failed(flowOf('127.0.0.21'));
    expect(streams.of(flowOf('127.0.0.21'))).toBeUndefined();
  });

  it('knows of no TCP where the transport is not there', () => {
    expect(new StreamsInstead(() => undefined, new ManualClock()).of(flowOf())).toBeUndefined();
  });
});
