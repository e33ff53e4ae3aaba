import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A nats-server of one test's own, on a private port and folder, that may be killed and started again on its store. */
export class NatsProcess {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly binary: string,
    private readonly store: string,
    readonly port: number,
  ) {}

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  static async start(): Promise<NatsProcess> {
    const server = new NatsProcess(natsServerBinary(), mkdtempSync(join(tmpdir(), 'linewatch-bus-')), await freePort());
    await server.start();
    return server;
  }

  /** Starts it, again on the same store, and resolves when it takes connections. */
  async start(): Promise<void> {
    const child = spawn(this.binary, ['-js', '-sd', this.store, '-a', '127.0.0.1', '-p', String(this.port)], {
      stdio: 'ignore',
    });
    this.child = child;
    while (!(await accepts(this.port))) {
      if (child.exitCode !== null) throw new Error(`nats-server ended with ${child.exitCode} at its start.`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** kill -9, and resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.store, { recursive: true, force: true });
  }
}

function natsServerBinary(): string {
  const named = process.env['NATS_SERVER_BIN'];
  if (named) return named;
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  const found = folders.map((folder) => join(folder, 'nats-server')).find((path) => existsSync(path));
  if (!found) throw new Error('No nats-server on the PATH: install it, or name it in NATS_SERVER_BIN.');
  return found;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
