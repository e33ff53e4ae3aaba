import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { freeSipPorts, type SipEndpoint } from '@linewatch/kit';
import { Child } from './child';
import { baresipModules, toolPath } from './tools';

const LIFE_S = 120;

export interface BaresipOptions {
  /** The system it registers with. */
  readonly server: SipEndpoint;
  readonly number: string;
  /** Twelve hex digits: the end of its instance id, as Cisco phones write it. */
  readonly mac: string;
  /** Its address; a phone of its own on this machine has one of 127.0.0.0/8. */
  readonly host: string;
  /** Numbers that it shows the presence of. */
  readonly watches?: readonly string[];
  /** UDP when absent. */
  readonly transport?: 'udp' | 'tcp';
  /** Whether it registers; it does when absent. One that does not only watches. */
  readonly registers?: boolean;
  readonly credentials?: { readonly username: string; readonly password: string };
  /** A folder of the test, in which it gets one of its own. */
  readonly folder: string;
}

/** A baresip: rings until told to answer, and is told by its control port. */
export class Baresip {
  private constructor(
    readonly address: SipEndpoint,
    private readonly child: Child,
    private readonly control: Socket,
  ) {}

  /** Starts one; resolves when it is registered, or ready where it does not register. @throws Error with its log when it is not */
  static async register(options: BaresipOptions): Promise<Baresip> {
    const { number, host } = options;
    const port = await freeSipPorts(host, 1);
    const controlPort = await freeSipPorts('127.0.0.1', 1);
    const folder = join(options.folder, `baresip-${number}`);
    writeSettings(folder, options, { port, controlPort });
    const args = ['-4', '-v', '-t', String(LIFE_S), '-f', folder];
    const child = new Child(toolPath('baresip'), args, { name: `baresip ${number}`, folder });
    try {
      await child.untilSaid(/ctrl_tcp: TCP socket listening[^]*baresip is ready/);
      if (options.registers !== false) await child.untilSaid(/200 OK \(.*\) \[\d+ binding/);
      const control = connect({ host: '127.0.0.1', port: controlPort });
      // Nobody waits for its answers; that it is gone is seen elsewhere.
      control.on('error', () => undefined).resume();
      return new Baresip({ host, port }, child, control);
    } catch (error) {
      await child.end();
      throw error;
    }
  }

  /** Calls a number. */
  dial(number: string): void {
    this.command('dial', number);
  }

  /** Lifts the receiver of the phone that rings. */
  accept(): void {
    this.command('accept');
  }

  /** Ends the call, or the attempt. */
  hangup(): void {
    this.command('hangup');
  }

  /** Resolves when its log says so. @throws Error with the log at the deadline */
  untilSaid(pattern: RegExp): Promise<void> {
    return this.child.untilSaid(pattern);
  }

  /** Ends it as a loss of power does: nothing is said to anybody. */
  async kill(): Promise<void> {
    this.control.destroy();
    await this.child.end('SIGKILL');
  }

  /** Ends it in order: it ends its subscriptions, then unregisters. */
  async quit(): Promise<void> {
    this.control.destroy();
    await this.child.end('SIGTERM');
  }

  /** A command of its menu, as a netstring of JSON. */
  private command(command: string, params?: string): void {
    const text = JSON.stringify({ command, ...(params !== undefined && { params }) });
    this.control.write(`${Buffer.byteLength(text)}:${text},`);
  }
}

/**
 * The files that it reads at its start. A Cisco phone puts its MAC address at the end of its instance id
 * (`urn:uuid:00000000-0000-0000-0000-00156247ef90` is SEP00156247EF90); baresip takes the id from the file `uuid`.
 */
function writeSettings(
  folder: string,
  { server, number, mac, host, watches = [], transport = 'udp', registers = true, credentials }: BaresipOptions,
  { port, controlPort }: { port: number; controlPort: number },
): void {
  const domain = `${server.host}:${server.port};transport=${transport}`;
  const account = [
    `<sip:${number}@${domain}>`,
    `regint=${registers ? 120 : 0}`,
    'pubint=0',
    'answermode=manual',
    'audio_codecs=pcmu',
    ...(credentials ? [`auth_user=${credentials.username}`, `auth_pass=${credentials.password}`] : []),
  ].join(';');
  const modules = ['g711', 'aubridge'].map((name) => `module ${name}.so`);
  // Loaded in this order: contacts are there before their presence is asked for.
  const applications = ['contact', 'menu', 'presence', 'ctrl_tcp'].map((name) => `module_app ${name}.so`);
  const config = [
    `sip_listen ${host}:${port}`,
    `net_interface ${host}`,
    `module_path ${baresipModules()}`,
    ...modules,
    'module_tmp uuid.so',
    'module_tmp account.so',
    ...applications,
    `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
    // Sound goes from one bridge into the other: no card, no file.
    'audio_player aubridge,loop',
    'audio_source aubridge,loop',
    'audio_alert aubridge,alert',
    'rtp_ports 30000-31000',
  ];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`);
  writeFileSync(join(folder, 'uuid'), `00000000-0000-0000-0000-${mac}`);
  writeFileSync(join(folder, 'accounts'), `${account}\n`);
  const contacts = watches.map((watched) => `"${watched}" <sip:${watched}@${domain}>;presence=p2p\n`);
  writeFileSync(join(folder, 'contacts'), contacts.join(''));
}
