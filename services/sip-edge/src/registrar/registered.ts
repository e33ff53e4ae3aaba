import type { LineBindings } from '@linewatch/edge';
import type { Binding, DeviceName } from '@linewatch/presence';
import { ALLOW_EVENTS, type HeaderField } from '@linewatch/sip';

/**
 * The header fields of a 200 to REGISTER [RFC3261 10.3 step 8] [SB-77]: every binding of the number with the seconds it
 * has left, the phone's own ones first; Path as it came [SB-86].
 */
export function registeredHeaders(
  all: LineBindings,
  device: DeviceName,
  path: readonly string[],
  now: number,
): HeaderField[] {
  const others = Object.entries(all).flatMap(([name, { bindings }]) => (name === device ? [] : bindings));
  const live = [...(all[device]?.bindings ?? []), ...others].filter(({ expiresAt }) => expiresAt > now);
  return [
    ...live.map((binding) => ({ name: 'Contact', value: contactOf(binding, now) })),
    ...path.map((value) => ({ name: 'Path', value })),
    { name: 'Date', value: new Date(now).toUTCString() },
    { name: 'Supported', value: 'path' },
    { name: 'Allow-Events', value: ALLOW_EVENTS },
  ];
}

function contactOf({ contact, params, q, expiresAt }: Binding, now: number): string {
  const quality = q === 1 ? '' : `;q=${q}`;
  return `<${contact}>${params}${quality};expires=${Math.ceil((expiresAt - now) / 1_000)}`;
}
