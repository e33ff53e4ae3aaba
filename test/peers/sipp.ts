import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freeSipPorts, type SipEndpoint, until } from '@linewatch/kit';
import { isBound } from './bound';
import { Child } from './child';
import { toolPath } from './tools';

const LIFE_S = 60;

export interface SippOptions {
  readonly server: SipEndpoint;
  readonly number: string;
  /** Twelve hex digits, for the scenarios to show. */
  readonly mac: string;
  readonly host: string;
  readonly transport?: 'udp' | 'tcp';
  /** What it proves who it is with. */
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly folder: string;
}

/** What a scenario wants to know: `[watched]`, `[called]`. */
export interface RunOptions {
  readonly keys?: Readonly<Record<string, string>>;
  /** Where it sends, in place of the system itself: a proxy. */
  readonly by?: SipEndpoint;
}

/** A phone that SIPp plays: one scenario after the other or several, from one address and port. */
export class Sipp {
  private readonly running: SippRun[] = [];
  private isRegistered = false;

  private constructor(
    readonly address: SipEndpoint,
    private readonly options: SippOptions,
  ) {}

  /** A phone with a free port; it does nothing yet. */
  static async at(options: SippOptions): Promise<Sipp> {
    return new Sipp({ host: options.host, port: await freeSipPorts(options.host, 1) }, options);
  }

  /** Registers for an hour. @throws Error with the answer that was not expected */
  async register(): Promise<void> {
    await this.play(...this.registration('3600'));
    this.isRegistered = true;
  }

  /** Unregisters. @throws like {@link register} */
  async unregister(): Promise<void> {
    this.isRegistered = false;
    await this.play(...this.registration('0'));
  }

  /** Starts a scenario of `scenarios/`, alone at this address; resolves when it hears what is sent there. */
  async start(scenario: string, options: RunOptions = {}): Promise<SippRun> {
    const run = this.run(scenario, options);
    const { host, port } = this.address;
    await until(() => run.isOver || isBound(host, port), `${scenario} at ${host}:${port}`);
    return run;
  }

  /** Plays a scenario to its end. @throws Error with what was unexpected */
  async play(scenario: string, options: RunOptions = {}): Promise<void> {
    await this.run(scenario, options).succeeded();
  }

  /** Ends what still runs, and unregisters. */
  async quit(): Promise<void> {
    await Promise.all(this.running.map((run) => run.stop()));
    if (this.isRegistered) await this.unregister();
  }

  private registration(expires: string): [string, RunOptions] {
    const scenario = this.options.credentials ? 'register-with-password' : 'register';
    return [scenario, { keys: { expires } }];
  }

  private run(scenario: string, { keys = {}, by = this.options.server }: RunOptions): SippRun {
    const { number, mac, transport, credentials } = this.options;
    const { host, port } = this.address;
    const folder = mkdtempSync(join(this.options.folder, `sipp-${number}-${scenario}-`));
    const errors = join(folder, 'errors.log');
    const mine = { number, mac, ...keys };
    const args = [
      `${by.host}:${by.port}`,
      ...['-sf', join(__dirname, 'scenarios', `${scenario}.xml`), '-m', '1', '-nostdin'],
      ...['-i', host, '-p', String(port), '-mi', host, '-t', transport === 'tcp' ? 't1' : 'u1'],
      // A Cisco phone begins its Call-IDs with its MAC address.
      ...['-cid_str', `${mac.slice(0, 8)}-${mac.slice(8)}0001-%p-%u@%s`],
      ...['-timeout', `${LIFE_S}s`, '-timeout_error', '-default_behaviors', 'abortunexp'],
      ...['-trace_err', '-error_file', errors],
      ...Object.entries(mine).flatMap(([key, value]) => ['-key', key, value]),
      ...(credentials ? ['-au', credentials.username, '-ap', credentials.password] : []),
      // Else it would prove who it is for the server and not for the line [RFC7616 3.4.6].
      ...(credentials && keys['watched'] ? ['-auth_uri', `${keys['watched']}@${by.host}:${by.port}`] : []),
    ];
    const child = new Child(toolPath('sipp'), args, { name: `sipp ${number} ${scenario}`, folder });
    const run = new SippRun(child, errors);
    this.running.push(run);
    return run;
  }
}

/** One scenario that SIPp plays. */
export class SippRun {
  constructor(
    private readonly child: Child,
    private readonly errorFile: string,
  ) {}

  /** Resolves when the scenario went as written. @throws Error with the message that was not expected */
  async succeeded(): Promise<void> {
    const code = await this.child.untilOver(LIFE_S * 1_000);
    if (code === 0) return;
    throw new Error(`${this.child.name} ended with ${code}: ${this.errors() || this.child.said().slice(-2_000)}`);
  }

  get isOver(): boolean {
    return this.child.isOver;
  }

  /** Ends it where it is. */
  async stop(): Promise<void> {
    await this.child.end('SIGKILL');
  }

  private errors(): string {
    try {
      return readFileSync(this.errorFile, 'utf8').slice(0, 2_000);
    } catch {
      return '';
    }
  }
}
