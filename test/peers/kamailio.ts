import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freeSipPorts, type SipEndpoint, until } from '@linewatch/kit';
import { isBound } from './bound';
import { Child } from './child';
import { kamailioModules, toolPath } from './tools';

const LIFE_S = 300;

export interface KamailioOptions {
  /** A configuration of `testdata/`, in which `@…@` stands for what is not known before. */
  readonly configuration: string;
  readonly host: string;
  /** What stands for `@server@`: where requests go on to. */
  readonly server?: SipEndpoint;
  /** What stands for `@peer@`, where there is one: who is at the other side. */
  readonly peer?: SipEndpoint;
  /** A free one when absent. */
  readonly port?: number;
  readonly folder: string;
}

/** A Kamailio with a configuration of its own, over UDP. */
export class Kamailio {
  private constructor(
    readonly address: SipEndpoint,
    private readonly child: Child,
  ) {}

  /** Starts one; resolves when it listens. @throws Error with its log when it does not */
  static async start({ configuration, host, server, peer = server, port, folder }: KamailioOptions): Promise<Kamailio> {
    const address = { host, port: port ?? (await freeSipPorts(host, 1)) };
    const own = join(folder, `kamailio-${host}`);
    mkdirSync(own, { recursive: true });
    // A presence server wants tables, also those that it keeps in memory alone.
    const tables = join(own, 'tables');
    cpSync(join(__dirname, 'testdata', 'kamailio-tables'), tables, { recursive: true });
    const text = readFileSync(join(__dirname, 'testdata', configuration), 'utf8')
      .replaceAll('@modules@', kamailioModules())
      .replaceAll('@listen@', `udp:${host}:${address.port}`)
      .replaceAll('@host@', host)
      .replaceAll('@port@', String(address.port))
      .replaceAll('@tables@', tables)
      .replaceAll('@server.host@', server?.host ?? '')
      .replaceAll('@server.port@', String(server?.port ?? 0))
      .replaceAll('@peer.host@', peer?.host ?? '')
      .replaceAll('@peer.port@', String(peer?.port ?? 0));
    const file = join(own, 'kamailio.cfg');
    writeFileSync(file, text);
    // In the foreground with its children, its log on standard error, its files in the test's folder; bounded in its life.
    const args = [String(LIFE_S), toolPath('kamailio'), '-f', file, '-DD', '-E', '-Y', own, '-m', '32', '-M', '4'];
    const child = new Child('timeout', args, { name: `kamailio ${host}`, folder: own });
    const kamailio = new Kamailio(address, child);
    try {
      await until(() => child.isOver || isBound(host, address.port), `kamailio at ${host}:${address.port}`);
      if (child.isOver) throw new Error(`kamailio ended: ${child.said().slice(-2_000)}`);
      return kamailio;
    } catch (error) {
      await kamailio.quit();
      throw error;
    }
  }

  /** Ends it. */
  async quit(): Promise<void> {
    await this.child.end('SIGTERM');
  }
}
