import { type ConnectionOptions, ErrorCode, type NatsConnection, NatsError, connect } from 'nats';
import type { BusReport } from './bus';

export interface ConnectSettings {
  /** `nats://[user:password@]host:port`, several with commas; `tls://` for TLS. */
  readonly servers: string;
  /** How this process is called in `nats server report connections`. */
  readonly name: string;
  readonly report: (report: BusReport) => void;
  /** Stops waiting for a server that is not up. */
  readonly signal?: AbortSignal;
}

const RETRY_MS = 250;
const FATAL: readonly string[] = [
  ErrorCode.AuthorizationViolation,
  ErrorCode.AuthenticationExpired,
  ErrorCode.BadAuthentication,
  ErrorCode.InvalidOption,
  ErrorCode.BadCreds,
];

/**
 * Connects, however long the server takes to come up; after that the client reconnects for ever at short intervals.
 * @throws when the server refuses the credentials, the address is none, or the signal ends the waiting
 */
export async function connectNats(settings: ConnectSettings): Promise<NatsConnection> {
  const options = connectionOptions(settings.servers, settings.name);
  let said = false;
  for (;;) {
    settings.signal?.throwIfAborted();
    try {
      return await connect(options);
    } catch (error) {
      if (error instanceof NatsError && FATAL.includes(error.code))
        throw new Error(
          `NATS at ${withoutSecrets(settings.servers)} refuses this client (${error.message}): check user and password in LINEWATCH_NATS_URL.`,
          { cause: error },
        );
      // One line, not four a second.
      if (!said)
        settings.report({
          what: 'disconnected',
          reason: `waiting for NATS at ${withoutSecrets(settings.servers)}: ${(error as Error).message}`,
        });
      said = true;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** The client's options for such addresses. @throws RangeError when one is not an address */
export function connectionOptions(servers: string, name: string): ConnectionOptions {
  const urls = servers.split(',').map((text) => parseServer(text.trim()));
  const first = urls[0];
  if (first === undefined) throw new RangeError('No NATS server is named.');
  return {
    servers: urls.map((url) => `${url.hostname}:${url.port || '4222'}`),
    name,
    timeout: 2000,
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    reconnectJitter: 100,
    reconnectJitterTLS: 100,
    // A server that hangs is noticed within two seconds.
    pingInterval: 1000,
    maxPingOut: 2,
    // The client's default captures a stack for every request.
    noAsyncTraces: true,
    ignoreAuthErrorAbort: true,
    ...(first.username && first.password
      ? { user: decodeURIComponent(first.username), pass: decodeURIComponent(first.password) }
      : first.username && { token: decodeURIComponent(first.username) }),
    ...(first.protocol === 'tls:' && { tls: {} }),
  };
}

function parseServer(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['nats:', 'tls:'].includes(url.protocol) || !url.hostname)
    throw new RangeError(`"${withoutSecrets(text)}" is no NATS address; write nats://host:4222 or tls://host:4222.`);
  return url;
}

/** The address without user and password, for logs. */
export function withoutSecrets(servers: string): string {
  return servers.replace(/\/\/[^@/,]*@/g, '//');
}
