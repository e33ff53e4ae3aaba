import { randomBytes } from 'node:crypto';
import type { Listening } from '@linewatch/edge';
import type { ServiceContext } from '@linewatch/runtime';
import { Endpoint } from './endpoint/endpoint';
import { describeBindError, type sipEdgeSettings } from './listening';
import { shieldLimitsOf, trunkHosts } from './shield/limits';
import { Shield } from './shield/shield';
import { connectionsPossible, Seats } from './transport/seats';
import { connectionLimitsOf, seatLimitsOf, tlsPathsOf } from './transport/settings';
import type { StreamOptions, StreamTransport } from './transport/stream-transport';
import { openTcp } from './transport/tcp';
import { openTls } from './transport/tls';
import { readTlsFiles, TlsFilesWatch } from './transport/tls-files';
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
    tlsPort: settings.LINEWATCH_SIP_TLS_PORT,
    branchPrefix: randomBytes(6).toString('hex'),
    newToken: () => randomBytes(8).toString('hex'),
    floodLog,
    messages: metrics.counters('sip_messages_total', 'Messages heard, by what became of them', 'kind'),
    mostTransactions: settings.LINEWATCH_SIP_MAX_TRANSACTIONS,
    udpBudget: settings.LINEWATCH_SIP_UDP_BUDGET,
    large: metrics.counters('sip_large_requests_total', 'Requests too large for UDP, by how they went', 'by'),
    shield,
  });
  const seats = makeSeats(context);
  try {
    const udp = await openUdp(bind, endpoint, settings.LINEWATCH_UDP_BATCHES === 'on');
    endpoint.attach('udp', udp);
    drain.on('close', 'udp', () => udp.close());
    log.info({ batches: udp.batches }, udp.batches ? 'UDP in batches' : 'UDP one datagram at a time');
    const tcp = await openTcp(bind, endpoint, optionsOf('tcp', context, seats));
    attach('tcp', tcp);
  } catch (error) {
    throw new Error(describeBindError(error as NodeJS.ErrnoException, bind), { cause: error });
  }
  try {
    attach('tls', await openTlsByFiles(context, bind.host, endpoint, seats));
  } catch (error) {
    throw new Error(describeTlsError(error as NodeJS.ErrnoException), { cause: error });
  }
  metrics.gauge('sip_server_transactions', 'Requests that are not over', () => endpoint.transactions.server);
  metrics.gauge('sip_client_transactions', 'Own requests that are not over', () => endpoint.transactions.client);
  health.check('sip', () => ({ ok: true, detail: `${bind.host}:${bind.port}` }));
  return { endpoint, ...(shield && { shield }) };

  function attach(name: 'tcp' | 'tls', transport: StreamTransport): void {
    endpoint.attach(name, transport);
    metrics.gauge(`${name}_connections`, 'Connections that are open', () => transport.connections);
    drain.on('close', name, () => transport.close());
  }
}

/** TLS as the files say, and from then on as they say when they change. */
async function openTlsByFiles(
  context: Context,
  host: string,
  endpoint: Endpoint,
  seats: Seats,
): Promise<StreamTransport> {
  const { settings, log, metrics, drain } = context;
  const paths = tlsPathsOf(settings);
  const foreign = metrics.counter(
    'tls_foreign_names_total',
    'Handshakes for a name that the certificate does not bear',
  );
  const tls = await openTls({ host, port: settings.LINEWATCH_SIP_TLS_PORT }, endpoint, readTlsFiles(paths), {
    ...optionsOf('tls', context, seats),
    onForeignName: () => foreign.add(),
  });
  const reloads = metrics.counters('tls_reloads_total', 'Times that the files of TLS changed', 'result');
  const watch = new TlsFilesWatch(
    paths,
    (identity) => {
      tls.use(identity);
      reloads.of('ok').add();
      log.info({ paths }, 'new connections have the certificate that the files hold now');
    },
    (err) => {
      reloads.of('refused').add();
      log.error({ err, paths }, 'the files of TLS changed and cannot be used; the certificate before stays');
    },
  );
  drain.on('close', 'tls files', () => watch.stop());
  if (paths.cert !== undefined) log.info({ host, port: tls.local.port }, 'TLS');
  return tls;
}

/** One line for TLS that cannot be served. */
function describeTlsError({ syscall, message }: NodeJS.ErrnoException): string {
  const what = `SIP over TLS cannot be served (${message})`;
  if (syscall === 'listen') return `${what}: choose another port (--sip-tls-port, LINEWATCH_SIP_TLS_PORT).`;
  return `${what}: check the files that LINEWATCH_SIP_TLS_CERTIFICATE, _KEY and _CA name.`;
}

function makeSeats({ settings, log, metrics }: Context): Seats {
  const limits = seatLimitsOf(settings);
  const possible = connectionsPossible(limits.most);
  if (possible < limits.most) {
    const advice = 'raise the limit of open files (ulimit -n, LimitNOFILE) or lower LINEWATCH_SIP_MAX_CONNECTIONS';
    log.warn(
      { connections: possible, wanted: limits.most },
      `fewer connections are possible than asked for: ${advice}`,
    );
  }
  const seats = new Seats({ ...limits, most: possible });
  metrics.gauge('stream_connections_possible', 'Connections that are possible at once', () => possible);
  metrics.gauge('stream_waiting_bytes', 'Octets that wait in connections, to be read or sent', () => seats.waiting);
  return seats;
}

function optionsOf(name: 'tcp' | 'tls', { settings, metrics }: Context, seats: Seats): StreamOptions {
  const endings = metrics.counters(`${name}_endings_total`, 'Connections by why this edge ended them', 'why');
  return { ...connectionLimitsOf(settings), seats, onEnding: (ending) => endings.of(ending).add() };
}

function makeShield({ settings, clock, metrics, floodLog, config }: Context): Shield {
  const shield = new Shield({
    limits: shieldLimitsOf(settings),
    clock,
    floodLog,
    refused: metrics.counters(
      'shield_refused_total',
      'Messages of who asks too often, by the budget used up',
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
