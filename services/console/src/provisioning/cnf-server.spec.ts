import { once } from 'node:events';
import { connect } from 'node:net';
import { type Config, parseConfig } from '@linewatch/config';
import { Metrics } from '@linewatch/runtime';
import { CnfServer } from './cnf-server';
import { PhoneFiles } from './phone-files';

const configOf = (host: string) =>
  parseConfig(
    `telephony-service\n max-ephones 1\n ip source-address ${host} port 2000\nephone 1\n mac-address 00AA.BBCC.DDEE\n`,
  ).config;
const FILE = 'SEP00AABBCCDDEE.cnf.xml';

describe('configuration files over HTTP', () => {
  let config: Config = configOf('192.0.2.1');
  let metrics: Metrics;
  let server: CnfServer;
  let port: number;

  beforeEach(async () => {
    metrics = new Metrics();
    // Only `current` of the running configuration is used.
    server = new CnfServer({ metrics }, new PhoneFiles({ config: { current: () => config } as never }, () => []), 3);
    port = await server.listen('127.0.0.1', 0);
  });
  afterEach(() => server.stop());

  /** The whole answer to what is sent on a connection of its own. */
  const answerTo = (sent: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(sent));
      let answer = '';
      socket.on('data', (data) => (answer += data.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(answer));
    });
  const get = (path: string) => answerTo(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);

  it('are served, and follow the configuration at once', async () => {
    expect(await get(`/${FILE}`)).toContain('<processNodeName>192.0.2.1</processNodeName>');
    config = configOf('192.0.2.9');
    expect(await get(`/${FILE}`)).toContain('<processNodeName>192.0.2.9</processNodeName>');
    expect(await metrics.registry.metrics()).toContain('linewatch_cnf_requests_total{result="served"} 2');
  });

  it.each([
    ['a traversal', `GET /../${FILE} HTTP/1.1\r\nHost: x\r\n\r\n`, ' 404 ', 'traversal'],
    ['an encoded traversal', 'GET /%2e%2e%2fetc/passwd HTTP/1.1\r\nHost: x\r\n\r\n', ' 404 ', 'traversal'],
    ['a long name', `GET /${'A'.repeat(2000)} HTTP/1.1\r\nHost: x\r\n\r\n`, ' 404 ', 'oversized'],
    ['a file that does not exist', 'GET /CTLSEP00AABBCCDDEE.tlv HTTP/1.1\r\nHost: x\r\n\r\n', ' 404 ', 'not_found'],
    ['another method', `PUT /${FILE} HTTP/1.1\r\nHost: x\r\n\r\n`, ' 405 ', 'method'],
    ['an oversized name', `GET /${'A'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, '', 'malformed'],
    ['what is not HTTP', '\u0000\u0001garbage\r\n\r\n', '', 'malformed'],
  ])('refuse and count %s', async (_what, sent, status, result) => {
    const answer = await answerTo(sent);
    expect(answer).toContain(status);
    expect(answer).not.toContain('processNodeName');
    expect(await metrics.registry.metrics()).toContain(`linewatch_cnf_requests_total{result="${result}"} 1`);
  });

  it('refuse and count a flood of connections, and come again when it is over', async () => {
    const idle = [1, 2, 3].map(() => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    expect(await get(`/${FILE}`)).toBe('');
    expect(await metrics.registry.metrics()).toContain('linewatch_cnf_requests_total{result="flood"} 1');
    for (const socket of idle) socket.destroy();
    let answer = '';
    while (answer === '') answer = await get(`/${FILE}`);
    expect(answer).toContain('<processNodeName>');
  });
});
