/** What a simulated Skinny phone is: a desk phone, or an analog telephone behind an adapter or gateway that speaks for it. */

export type SccpAnalog = 'ata' | 'vgc-phone' | 'anl';

/** How a model names itself in Register, with its type there. An analog port of a gateway has three digits for its number. */
const analogs: Readonly<Record<SccpAnalog, { readonly deviceType: number; name(mac: string): string }>> = {
  ata: { deviceType: 12, name: (mac) => `ATA${mac}` },
  'vgc-phone': { deviceType: 10, name: (mac) => `VGC${mac}` },
  anl: { deviceType: 30027, name: (mac) => `AN${mac.slice(0, 10)}0${mac.slice(10)}` },
};

/**
 * @param mac     12 hexadecimal digits in capitals
 * @param version the highest that it speaks: a 7960 is taken below 15, a 7961 from there on
 */
export function modelOf(mac: string, version: number, analog?: SccpAnalog): { name: string; deviceType: number } {
  if (analog === undefined) return { name: `SEP${mac}`, deviceType: version < 15 ? 7 : 30018 };
  const { deviceType, name } = analogs[analog];
  return { deviceType, name: name(mac) };
}
