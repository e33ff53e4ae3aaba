import { connect } from 'node:net';
import type { Address } from '@linewatch/sip';
import { type StreamKind, type StreamOptions, Streams, type StreamTransport } from './stream-transport';
import type { TransportEvents } from './transport';

const TCP: StreamKind = {
  transport: 'tcp',
  accept: (socket) => ({ socket }),
  connect: (options) => ({
    socket: connect(options),
    opening: { event: 'connect', failure: 'not-connected', isOwn: true },
  }),
};

/** Opens SIP over TCP. Rejects with the system's error when the address is taken. */
export async function openTcp(
  bind: Address,
  events: TransportEvents,
  options: StreamOptions = {},
): Promise<StreamTransport> {
  const transport = new Streams(TCP, bind.host, events, options);
  await transport.listen(bind);
  return transport;
}
