import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Linewatch, type SipEndpoint, startLinewatch } from '@linewatch/kit';
import { Baresip, type BaresipOptions } from './baresip';
import { Capture, sipKind } from './capture';
import { Sipp, type SippOptions } from './sipp';

type Known = 'server' | 'folder';

/** A whole linewatch, a capture of all it says to phones, and the phones. */
export class Office {
  private readonly phones: { quit(): Promise<void> }[] = [];

  private constructor(
    private readonly linewatch: Linewatch,
    readonly capture: Capture,
    private readonly folder: string,
  ) {}

  /** Starts them with a configuration of `testdata/`. With LINEWATCH_TEST_KEEP=1 the folder with the capture stays. */
  static async open(configuration: string): Promise<Office> {
    const folder = mkdtempSync(join(tmpdir(), 'linewatch-peers-'));
    const config = readFileSync(join(__dirname, 'testdata', configuration), 'utf8');
    // Phones have addresses of their own, as the system of the example has.
    const linewatch = await startLinewatch({ host: '127.0.0.2', config });
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

  /** A baresip that has registered. */
  async baresip(options: Omit<BaresipOptions, Known>): Promise<Baresip> {
    const phone = await Baresip.register({ ...options, server: this.sip, folder: this.folder });
    this.phones.push(phone);
    return phone;
  }

  /** A phone that SIPp plays; nothing was sent yet. */
  async sipp(options: Omit<SippOptions, Known>): Promise<Sipp> {
    const phone = await Sipp.at({ ...options, server: this.sip, folder: this.folder });
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
    await this.capture.stop();
    await this.linewatch.stop();
    if (process.env['LINEWATCH_TEST_KEEP'] !== '1') rmSync(this.folder, { recursive: true, force: true });
  }

  private async quitPhones(): Promise<void> {
    await Promise.all(this.phones.splice(0).map((phone) => phone.quit()));
  }
}
