import { type Linewatch, type SipCall, SipPhone, type SipSubscription, startLinewatch, until } from '@linewatch/kit';

/** A house of many phones, all of which may watch each other; phone n has the number 3000 + n. */

export function houseConfiguration(phones: number): (sip: { host: string; port: number }) => string {
  return ({ host, port }) => {
    const lines = Array.from({ length: phones }, (_, index) => {
      const tag = index + 1;
      const mac = macOf(index).replace(/(.{4})(.{4})(.{4})/, '$1.$2.$3');
      return [
        `voice register dn  ${tag}`, ` number ${numberOf(index)}`, ' allow watch', '!',
        `voice register pool  ${tag}`, ` id mac ${mac}`, ` number 1 dn ${tag}`, '!',
      ].join('\n'); // prettier-ignore
    });
    return [
      'voice service voip', ' sip', '  registrar server expires max 3600 min 60', '!',
      'voice register global', ' mode cme', ` source-address ${host} port ${port}`, ` max-dn ${phones}`, ` max-pool ${phones}`, '!',
      ...lines,
      'presence', ' max-subscription 5000', '!', 'sip-ua', ' presence enable', '!', 'end', '',
    ].join('\n'); // prettier-ignore
  };
}

export function numberOf(index: number): string {
  return String(3001 + index);
}

export function macOf(index: number): string {
  return `0200${(0xa00000 + index).toString(16).padStart(8, '0')}`;
}

/** A running house: registered phones, who watches whom, and who talks with whom. */
export class House {
  readonly phones: SipPhone[] = [];
  readonly subscriptions: SipSubscription[] = [];
  readonly calls: { readonly call: SipCall; readonly incoming: SipCall }[] = [];

  private constructor(readonly system: Linewatch) {}

  /** Starts linewatch and registers every phone, alternately at each edge. */
  static async open(phones: number, instances: Readonly<Record<string, number>> = {}): Promise<House> {
    const house = new House(await startLinewatch({ config: houseConfiguration(phones), instances }));
    const { sip } = house.system;
    for (let index = 0; index < phones; index += 1) {
      const registrar = sip[index % sip.length] ?? { host: '', port: 0 };
      house.phones.push(await SipPhone.open({ numbers: [numberOf(index)], registrar, mac: macOf(index) }));
    }
    await Promise.all(house.phones.map((phone) => phone.register()));
    return house;
  }

  /** Every phone watches the `each` phones after it. Resolves when all lamps are idle. */
  async watch(each: number): Promise<void> {
    await Promise.all(
      this.phones.map(async (phone, index) => {
        for (let step = 1; step <= each; step += 1) {
          this.subscriptions.push(await phone.subscribe(numberOf((index + step) % this.phones.length)));
        }
      }),
    );
    await this.untilLamps('idle', 10_000);
  }

  /** The first `pairs` phones call those behind them. Resolves when all talk. */
  async talk(pairs: number): Promise<void> {
    await Promise.all(
      Array.from({ length: pairs }, async (_, index) => {
        const caller = this.phones[index] as SipPhone;
        const called = this.phones[index + pairs] as SipPhone;
        const call = caller.call(numberOf(index + pairs));
        const incoming = await called.nextCall();
        await incoming.answer();
        await call.answered();
        this.calls.push({ call, incoming });
      }),
    );
  }

  /** Resolves when every key shows that lamp. */
  async untilLamps(lamp: 'idle' | 'in-use' | 'unknown', withinMs: number): Promise<void> {
    const others = () => this.subscriptions.filter((subscription) => subscription.lamp !== lamp);
    try {
      await until(() => others().length === 0, `every lamp ${lamp}`, withinMs);
    } catch {
      const some = others().slice(0, 5).map((one) => `${one.phone.number} sees ${one.number} ${one.lamp}`); // prettier-ignore
      throw new Error(`${others().length} of ${this.subscriptions.length} lamps are not ${lamp}: ${some.join(', ')}`);
    }
  }

  /** Notifications of that lamp that came since then. */
  seenSince(lamp: string, since: number): number {
    return this.subscriptions
      .flatMap(({ notifications }) => notifications)
      .filter((notification) => notification.at >= since && notification.lamp === lamp).length;
  }

  /** Everything the phones found wrong. */
  violations(): string[] {
    return this.phones.flatMap((phone) => phone.violations);
  }

  async close(): Promise<void> {
    await Promise.all(this.phones.map((phone) => phone.close()));
    await this.system.stop();
  }
}
