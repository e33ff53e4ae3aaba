import { MAX_BUTTONS } from './buttons';

/** How many programmable keys the models of `type` have, without expansion modules. */
export const PHONE_TYPES: Readonly<Record<string, number>> = {
  '12SP': 12,
  6901: 1,
  6911: 1,
  6921: 2,
  6941: 4,
  6945: 4,
  6961: 12,
  7902: 1,
  7905: 1,
  7906: 1,
  7910: 2,
  7911: 1,
  7912: 1,
  7920: 6,
  7921: 6,
  7925: 6,
  7931: 24,
  7935: 1,
  7936: 1,
  7937: 1,
  7940: 2,
  7941: 2,
  '7941GE': 2,
  7942: 2,
  7945: 2,
  7960: 6,
  7961: 6,
  '7961GE': 6,
  7962: 6,
  7965: 6,
  7970: 8,
  7971: 8,
  7975: 8,
  7985: 1,
  8941: 4,
  8945: 4,
  8961: 5,
  9951: 5,
  9971: 6,
  anl: 1,
  ata: 1,
  bri: 1,
  'vgc-phone': 1,
  CIPC: 8,
};

/** How many keys an expansion module adds. */
export const MODULE_TYPES: Readonly<Record<string, number>> = {
  7914: 14,
  '7915-12': 12,
  '7915-24': 24,
  '7916-12': 12,
  '7916-24': 24,
};

/** The keys of a phone with its modules; of a model that is not known as many as a phone can have at all. */
export function keysOfType(type: string | undefined, addons: readonly string[] = []): number {
  const own = type !== undefined && Object.hasOwn(PHONE_TYPES, type) ? PHONE_TYPES[type] : undefined;
  if (own === undefined) return MAX_BUTTONS;
  return addons.reduce((keys, module) => keys + (MODULE_TYPES[module] ?? 0), own);
}
