import type { Directory, Lines } from '@linewatch/edge';
import { type DeviceName, type Lamp, type LineNumber, phoneLampOf } from '@linewatch/presence';

const UNKNOWN: Lamp = { state: 'unknown', dnd: false };

/** What lamps are looked up in. */
export interface MonitoredPorts {
  readonly directory: Pick<Directory, 'current'>;
  readonly lines: Pick<Lines, 'get'>;
}

/**
 * What a key shows of its number: the line, or with `device` the phone that has the number on its first or automatic
 * button [cme-presence 3.6, T-14, T-15].
 */
export function monitoredLamp(
  { line, number, deviceBased }: { readonly line: LineNumber; readonly number: string; readonly deviceBased: boolean },
  { directory, lines }: MonitoredPorts,
): Lamp {
  const monitoring = deviceBased ? directory.current().devices.monitoring(number) : ({ kind: 'line' } as const);
  switch (monitoring.kind) {
    case 'line':
      return lines.get(line)?.state.lamp ?? UNKNOWN;
    case 'none':
      return UNKNOWN;
    case 'phone':
      return phoneLamp(monitoring.device, { directory, lines });
    default:
      return monitoring satisfies never;
  }
}

function phoneLamp(device: DeviceName, { directory, lines }: MonitoredPorts): Lamp {
  const numbers = new Set(
    directory
      .current()
      .devices.linesOf(device)
      .map(({ number }) => number),
  );
  return phoneLampOf([...numbers].flatMap((number) => lines.get(number)?.state.phones[device] ?? []));
}

/** The numbers whose `device` keys may show something else after a change of this line: those of the line's phones. */
export function numbersBeside(
  line: LineNumber,
  { directory }: Pick<MonitoredPorts, 'directory'>,
): ReadonlySet<LineNumber> {
  const { lines, devices } = directory.current();
  const phones = (lines.resolve(line)?.instances ?? []).flatMap(({ appearances }) =>
    appearances.map(({ device }) => device),
  );
  return new Set(phones.flatMap((device) => devices.linesOf(device).map(({ number }) => number)));
}
