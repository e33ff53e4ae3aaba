import { type Linewatch, SipPhone, type SipPhoneOptions, startLinewatch, type LinewatchOptions } from '@linewatch/kit';

/**
 * The small office of the conformance tests: phones 1 to 5 with a MAC address each. 2103 may not be watched; 2104 is on
 * two directory number entries, those of phones 4 and 5.
 */
export function officeConfiguration({ host, port }: { host: string; port: number }, presence = ''): string {
  const numbers = ['2101', '2102', '2103', '2104', '2104'];
  const lines = numbers.flatMap((number, index) => [
    `voice register dn  ${index + 1}`,
    ` number ${number}`,
    ...(number === '2103' ? [] : [' allow watch']),
    '!',
    `voice register pool  ${index + 1}`,
    ` id mac ${macOf(index + 1).replace(/(.{4})(.{4})(.{4})/, '$1.$2.$3')}`,
    ` number 1 dn ${index + 1}`,
    '!',
  ]);
  return [
    'voice service voip', ' sip', '  registrar server expires max 3600 min 60', '!',
    'voice register global', ' mode cme', ` source-address ${host} port ${port}`, ' max-dn 20', ' max-pool 20', '!',
    ...lines,
    'presence', presence, '!',
    'sip-ua', ' presence enable', '!', 'end', '',
  ].filter((line) => line !== '').join('\n'); // prettier-ignore
}

function macOf(phone: number): string {
  return `02000000000${phone}`;
}

/** A running system and its phones. */
export class Office {
  private readonly phones: SipPhone[] = [];

  private constructor(readonly system: Linewatch) {}

  static async open(options: LinewatchOptions & { presence?: string } = {}): Promise<Office> {
    const { presence, ...rest } = options;
    return new Office(await startLinewatch({ config: (sip) => officeConfiguration(sip, presence), ...rest }));
  }

  /** Phone 1 to 5, opened and registered unless told not to. */
  async phone(
    phone: number,
    options: Partial<SipPhoneOptions> & { registered?: boolean; edge?: number } = {},
  ): Promise<SipPhone> {
    const { registered = true, edge = 0, ...rest } = options;
    const number = ['2101', '2102', '2103', '2104', '2104'][phone - 1] ?? '2101';
    const registrar = this.system.sip[edge] ?? this.system.sip[0];
    if (!registrar) throw new Error('no sip-edge listens');
    const opened = await SipPhone.open({ numbers: [number], registrar, mac: macOf(phone), ...rest });
    this.phones.push(opened);
    if (registered) await opened.register();
    return opened;
  }

  /** Everything the phones found wrong. */
  violations(): string[] {
    return this.phones.flatMap((phone) => phone.violations);
  }

  /** Closes the phones; the system runs on. */
  async leave(): Promise<void> {
    await Promise.all(this.phones.splice(0).map((phone) => phone.close()));
  }

  async close(): Promise<void> {
    await this.leave();
    await this.system.stop();
  }
}
