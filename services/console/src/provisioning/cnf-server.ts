import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { ServiceContext } from '@linewatch/runtime';
import type { PhoneFiles } from './phone-files';

/** Connections at once; more are closed at once, and a phone tries again. */
const MOST_CONNECTIONS = 256;
/** How long a request may take to arrive, and a connection may do nothing. */
const REQUEST_MS = 5000;
/** No phone's request comes near. */
const MAX_HEADER_BYTES = 4096;

/** Phones' configuration files over HTTP, read only, by exact name. */
export class CnfServer {
  private readonly server: Server;
  private readonly requests;

  constructor(
    { metrics }: Pick<ServiceContext, 'metrics'>,
    private readonly files: Pick<PhoneFiles, 'find'>,
    mostConnections = MOST_CONNECTIONS,
  ) {
    this.requests = metrics.counters(
      'cnf_requests_total',
      'Requests for configuration files over HTTP by how they ended',
      'result',
    );
    const limits = { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS };
    this.server = createServer({ ...limits, connectionsCheckingInterval: REQUEST_MS }, (request, response) =>
      this.answer(request, response),
    );
    this.server.maxConnections = mostConnections;
    this.server.setTimeout(REQUEST_MS);
    this.server.on('drop', () => this.requests.of('flood').add());
    this.server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      this.requests.of('malformed').add();
      const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
      if (socket.writable) socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
      socket.destroy();
    });
  }

  /** Listens; gives the port. @throws when it is taken */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => resolve());
    });
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private answer({ method, url = '' }: IncomingMessage, response: ServerResponse): void {
    // One file a connection: a phone loads few, and nobody holds a connection for nothing.
    response.setHeader('Connection', 'close');
    if (method !== 'GET' && method !== 'HEAD') {
      this.requests.of('method').add();
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    const found = this.files.find(url.slice(1));
    this.requests.of(found.kind === 'file' ? 'served' : found.kind).add();
    if (found.kind !== 'file') return void response.writeHead(404).end();
    const { content } = found;
    response.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Length': content.length }).end(content);
  }
}
