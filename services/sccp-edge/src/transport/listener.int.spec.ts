import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { until } from '@linewatch/kit';
import type { SccpConnection } from './connection';
import { SccpListener } from './listener';

const keepAlive = Buffer.from('040000000000000000000000', 'hex');

/** A listener whose connections answer each frame with itself. */
function open(maxConnections = 10, maxUnsentBytes = 65_536) {
  const endings: string[] = [];
  const connections: SccpConnection[] = [];
  const frames: number[] = [];
  const listener = new SccpListener({
    limits: { maxFrameBytes: 4_096, maxUnsentBytes, maxMessagesPerSecond: 1_000 },
    maxConnections,
    onConnection: (connection) => {
      connections.push(connection);
      connection.tell({ frame: ({ id }) => void frames.push(id), closed: () => frames.push(-1) });
    },
    onEnding: (ending) => endings.push(ending),
  });
  return { listener, endings, connections, frames };
}

describe('where SCCP phones connect', () => {
  it('frames come from TCP, and the end of a connection is told once', async () => {
    const { listener, frames, connections } = open();
    const { port } = await listener.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([keepAlive, keepAlive])));
    await until(() => frames.length === 2, 'two frames');
    expect(connections[0]?.flow).toMatchObject({ transport: 'tcp', local: { port }, remote: { host: '127.0.0.1' } });
    expect(listener.isOpen(connections[0]?.flow.connection)).toBe(true);
    socket.destroy();
    await until(() => frames.includes(-1), 'the end');
    expect([listener.connections, frames]).toEqual([0, [0, 0, -1]]);
    listener.close();
  });

  it('turns away what is too much, and closes a phone that does not read', async () => {
    const { listener, endings, connections } = open(1, 16_384);
    const { port } = await listener.listen({ host: '127.0.0.1', port: 0 });
    const first = connect(port, '127.0.0.1').pause();
    await until(() => connections.length === 1, 'the first connection');
    const second = connect(port, '127.0.0.1').on('error', () => undefined);
    await until(() => endings.includes('turned-away'), 'the second one turned away');
    // Below the bound in each turn, so that what the kernel takes counts for nothing.
    const some = Buffer.alloc(8_192);
    for (let turn = 0; turn < 20_000 && !endings.includes('slow'); turn += 1) {
      connections[0]?.write(some);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(endings).toEqual(['turned-away', 'slow']);
    for (const socket of [first, second]) socket.destroy();
    listener.close();
  });

  it('speaks TLS with a certificate from files, and counts who does not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'linewatch-tls-'));
    try {
      const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=linewatch', '-days', '2'];
      execFileSync('openssl', [...args, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
      const { listener, frames, connections, endings } = open();
      const identity = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
      const { port } = await listener.listen({ host: '127.0.0.1', port: 0 }, identity);
      const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => socket.write(keepAlive));
      await until(() => frames.length === 1, 'a frame');
      expect(connections[0]?.flow.transport).toBe('tls');
      socket.destroy();
      const plain = connect(port, '127.0.0.1', () => plain.write(keepAlive)).on('error', () => undefined);
      await until(() => endings.includes('no-handshake'), 'the one without TLS');
      plain.destroy();
      listener.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
