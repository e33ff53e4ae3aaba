import { type Linewatch, SccpStation, type SccpAnalog, SipPhone, startLinewatch } from '@linewatch/kit';

/** Analog telephones behind adapters and gateways that speak SCCP for them, on the configuration for a newcomer. */
describe('an SCCP-controlled analog endpoint [P-6, cme-presence 3.3 rule 9]', () => {
  let system: Linewatch;
  const phones: (SccpStation | SipPhone)[] = [];
  beforeAll(async () => {
    system = await startLinewatch();
    const { code, stderr } = await system.console(['configure', '-'], [
      'ephone-dn 11', 'number 2211', 'allow watch', 'ephone 11', 'mac-address 0200.0000.2211', 'type vgc-phone', 'button 1:11',
      'ephone-dn 12', 'number 2212', 'allow watch', 'ephone 12', 'mac-address 0200.0000.2212', 'type anl', 'button 1:12', '',
    ].join('\n')); // prettier-ignore
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
  afterAll(() => system.stop());
  afterEach(async () => {
    const violations = phones.flatMap((phone) => phone.violations);
    await Promise.all(phones.splice(0).map((phone) => phone.close()));
    expect(violations).toEqual([]);
  });

  async function sipPhone(number: string): Promise<SipPhone> {
    const phone = await SipPhone.open({ numbers: [number], registrar: system.sip[0]! });
    phones.push(phone);
    await phone.register();
    return phone;
  }

  it.each<[SccpAnalog, string, string, number]>([
    ['ata', 'ATA020000002203', '2203', 5],
    ['vgc-phone', 'VGC020000002211', '2211', 11],
    ['anl', 'AN0200000022012', '2212', 11],
  ])('%s registers as %s, is watched, called, and calls', async (analog, deviceName, number, version) => {
    const ada = await sipPhone('2101');
    const lamp = await ada.subscribe(number);
    await lamp.waitFor('unknown');
    const mac = `02000000${number}`;
    const telephone = await SccpStation.open({ server: system.sccp[0]!, mac, analog, version });
    phones.push(telephone);
    expect(telephone.deviceName).toBe(deviceName);
    await telephone.register();
    await lamp.showed('unknown', 'idle');

    const call = ada.call(number);
    const incoming = await telephone.nextCall();
    await incoming.ringing();
    expect(telephone.isRinging).toBe(true);
    await lamp.showed('idle', 'in-use');
    await incoming.answerByHandset();
    await call.answered();
    telephone.onHook();
    await call.ended();
    await lamp.showed('in-use', 'idle');

    const outgoing = await telephone.dial('2101');
    await lamp.showed('idle', 'in-use');
    await (await ada.nextCall()).answer();
    await outgoing.answered();
    telephone.onHook();
    await outgoing.ended();
    await lamp.showed('in-use', 'idle');
  });
});
