import { randomBytes } from 'node:crypto';
import type { Listening } from '@linewatch/edge';
import type { ServiceContext } from '@linewatch/runtime';
import { Endpoint } from './endpoint/endpoint';
import { describeBindError, type sipEdgeSettings } from './listening';
import { shieldLimitsOf, trunkHosts } from './shield/limits';
import { Shield } from './shield/shield';
import { openTcp } from './transport/tcp';
import { openUdp } from './transport/udp';

type Context = ServiceContext<typeof sipEdgeSettings>;

/** The sockets, and the endpoint behind them that does not take requests yet; the shield, unless it is off. */
export async function openEndpoint(
  context: Context,
  { bind, advertised }: Listening,
): Promise<{ readonly endpoint: Endpoint; readonly shield?: Shield }> {
  const { wheel, clock, floodLog, log, metrics, drain, health, settings } = context;
  const shield = settings.LINEWATCH_SHIELD === 'on' ? makeShield(context) : undefined;
  const endpoint = new Endpoint({
    wheel,
    clock,
    advertised,
    branchPrefix: randomBytes(6).toString('hex'),
    newToken: () => randomBytes(8).toString('hex'),
    floodLog,
    messages: metrics.counters('sip_messages_total', 'Messages heard, by what became of them', 'kind'),
    mostTransactions: settings.LINEWATCH_SIP_MAX_TRANSACTIONS,
    shield,
  });
  const endings = metrics.counters('tcp_endings_total', 'Connections by why this edge ended them', 'why');
  try {
    const udp = await openUdp(bind, endpoint, settings.LINEWATCH_UDP_BATCHES === 'on');
    endpoint.attach('udp', udp);
    log.info({ batches: udp.batches }, udp.batches ? 'UDP in batches' : 'UDP one datagram at a time');
    const tcp = await openTcp(bind, endpoint, { onEnding: (ending) => endings.of(ending).add() });
    endpoint.attach('tcp', tcp);
    metrics.gauge('tcp_connections', 'Connections that are open', () => tcp.connections);
    drain.on('close', 'sip sockets', () => Promise.all([udp.close(), tcp.close()]));
  } catch (error) {
    throw new Error(describeBindError(error as NodeJS.ErrnoException, bind), { cause: error });
  }
  metrics.gauge('sip_server_transactions', 'Requests that are not over', () => endpoint.transactions.server);
  metrics.gauge('sip_client_transactions', 'Own requests that are not over', () => endpoint.transactions.client);
  health.check('sip', () => ({ ok: true, detail: `${bind.host}:${bind.port}` }));
  return { endpoint, ...(shield && { shield }) };
}

function makeShield({ settings, clock, metrics, floodLog, config }: Context): Shield {
  const shield = new Shield({
    limits: shieldLimitsOf(settings),
    clock,
    floodLog,
    refused: metrics.counters(
      'shield_refused_total',
      'Messages of who asks too often, by whose budget was used up',
      'budget',
    ),
    boxed: metrics.counters('shield_penalties_total', 'Senders that are not heard for a while, by kind', 'kind'),
  });
  shield.trust(trunkHosts(config.current()));
  config.onChange((next) => shield.trust(trunkHosts(next)));
  metrics.gauge('shield_senders', 'Senders that are remembered', () => shield.size);
  metrics.gauge('shield_in_box', 'Senders that are not heard now', () => shield.inBox);
  return shield;
}
