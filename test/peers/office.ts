import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus } from '@linewatch/bus';
import { type Linewatch, type SipEndpoint, startLinewatch, until } from '@linewatch/kit';
import { Baresip, type BaresipOptions } from './baresip';
import { Capture, sipKind } from './capture';
import { Kamailio, type KamailioOptions } from './kamailio';
import { Sipp, type SippOptions } from './sipp';

type Known = 'server' | 'folder';

/** A whole linewatch, a capture of all it says to phones, and the phones. */
export class Office {
  private readonly phones: { quit(): Promise<void> }[] = [];
  private readonly proxies: Kamailio[] = [];

  private constructor(
    private readonly linewatch: Linewatch,
    readonly capture: Capture,
    private readonly folder: string,
  ) {}

  /**
   * Starts them with a configuration of `testdata/`, and with files in its flash folder by their names. With
   * LINEWATCH_TEST_KEEP=1 the folder with the capture stays.
   */
  static async open(
    configuration: string,
    { flash = {} }: { readonly flash?: Readonly<Record<string, string>> } = {},
  ): Promise<Office> {
    const folder = mkdtempSync(join(tmpdir(), 'linewatch-peers-'));
    const config = readFileSync(join(__dirname, 'testdata', configuration), 'utf8');
    // Phones have addresses of their own, as the system of the example has.
    mkdirSync(join(folder, 'flash'));
    for (const [name, text] of Object.entries(flash)) writeFileSync(join(folder, 'flash', name), text);
    const flags = ['--flash', join(folder, 'flash')];
    const linewatch = await startLinewatch({ host: '127.0.0.2', config, flags });
    try {
      const capture = await Capture.start(sipKind, linewatch.sip[0] as SipEndpoint, folder);
      return new Office(linewatch, capture, folder);
    } catch (error) {
      await linewatch.stop();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get sip(): SipEndpoint {
    return this.linewatch.sip[0] as SipEndpoint;
  }

  get sccp(): SipEndpoint {
    return this.linewatch.sccp[0] as SipEndpoint;
  }

  /** Types commands at the running system. @throws Error when one is refused */
  async configure(...lines: string[]): Promise<void> {
    const { code, stderr } = await this.linewatch.console(['configure', '-'], `${lines.join('\n')}\n`);
    if (code !== 0) throw new Error(`the configuration was refused: ${stderr}`);
  }

  /** Resolves when the system knows that the line shows this: what was registered a moment ago may be unknown at first. */
  async untilShown(line: string, lamp: 'idle' | 'unknown'): Promise<void> {
    const { natsUrl, prefix } = this.linewatch;
    const bus = await connectBus({ servers: natsUrl, service: 'test', source: '/test/1', prefix });
    const shown = async (): Promise<boolean> => {
      const event = (await bus.last(bus.subjects.presence(line)))?.event;
      return event?.type === 'linewatch.line.state' && event.data.lamp.state === lamp;
    };
    await until(shown, `line ${line} ${lamp}`).finally(() => bus.close());
  }

  /** A Kamailio before this system; it stays until the end. */
  async kamailio(options: Omit<KamailioOptions, Known>): Promise<Kamailio> {
    const proxy = await Kamailio.start({ ...options, server: this.sip, folder: this.folder });
    this.proxies.push(proxy);
    return proxy;
  }

  /** A baresip that has registered. Another server may stand before this system. */
  async baresip(options: Omit<BaresipOptions, Known> & Partial<Pick<BaresipOptions, 'server'>>): Promise<Baresip> {
    const phone = await Baresip.register({ server: this.sip, ...options, folder: this.folder });
    this.phones.push(phone);
    return phone;
  }

  /** A phone that SIPp plays; nothing was sent yet. */
  async sipp(options: Omit<SippOptions, Known> & Partial<Pick<SippOptions, 'server'>>): Promise<Sipp> {
    const phone = await Sipp.at({ server: this.sip, ...options, folder: this.folder });
    this.phones.push(phone);
    return phone;
  }

  /** Ends the phones of a test and forgets what they said; the next one gets others. */
  async clear(): Promise<void> {
    await this.quitPhones();
    await this.capture.forget();
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.quitPhones();
    await Promise.all(this.proxies.map((proxy) => proxy.quit()));
    await this.capture.stop();
    await this.linewatch.stop();
    if (process.env['LINEWATCH_TEST_KEEP'] !== '1') rmSync(this.folder, { recursive: true, force: true });
  }

  private async quitPhones(): Promise<void> {
    await Promise.all(this.phones.splice(0).map((phone) => phone.quit()));
  }
}
