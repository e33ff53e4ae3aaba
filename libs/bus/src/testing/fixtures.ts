import { randomBytes } from 'node:crypto';
import type { BusEvent } from '../envelope';
import { type NatsBus, connectBus } from '../nats-bus';
import { type StreamName, type StreamSettings, streamNames } from '../streams';

/** Small streams: JetStream reserves what they may hold. */
export const smallStreams: StreamSettings = {
  replicas: 1,
  maxBytes: Object.fromEntries(streamNames.map((name) => [name, 16 * 1024 * 1024])) as Record<StreamName, number>,
};

/** A bus with streams of its own on a server: no test sees another's. */
export async function freshBus(servers: string, service = 'test'): Promise<NatsBus> {
  const prefix = `t-${randomBytes(6).toString('hex')}`;
  const bus = await connectBus({ servers, service, source: `/${service}/1`, prefix });
  await bus.ensureStreams(smallStreams);
  return bus;
}

/** Another process's view of the same system. */
export function secondBus(servers: string, of: NatsBus, service = 'test'): Promise<NatsBus> {
  return connectBus({ servers, service, source: `/${service}/2`, prefix: of.subjects.prefix });
}

/** A feature fact that bears a number, to tell messages apart. */
export function numbered(n: number): BusEvent {
  return { type: 'linewatch.line.feature', data: { device: `pool:${n}`, dnd: n % 2 === 0 } };
}

/** The number of a numbered fact. */
export function numberOf(stored: { event: BusEvent }): number {
  return stored.event.type === 'linewatch.line.feature' ? Number(stored.event.data.device.slice(5)) : NaN;
}

/** The server that the integration tests share. */
export function sharedServer(): string {
  const url = process.env['LINEWATCH_TEST_NATS_URL'];
  if (!url) throw new Error('LINEWATCH_TEST_NATS_URL is not set: run the int project, whose set-up starts a server.');
  return url;
}
