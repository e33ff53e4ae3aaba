import type { Config } from '@linewatch/config';
import { defaultStationSettings, type StationSettings } from '@linewatch/sccp';

const ORDER = { 'dd-mm-yy': 'D/M/Y', 'mm-dd-yy': 'M/D/Y', 'yy-dd-mm': 'Y/D/M', 'yy-mm-dd': 'Y/M/D' } as const;

/** What phones are told of date and time, by `date-format` and `time-format`. */
export function dateTemplateOf({ telephonyService: { dateFormat, timeFormat } }: Config): string {
  // A: the clock of twelve hours [sccp-wire 3].
  return `${ORDER[dateFormat]}${timeFormat === '12' ? 'A' : ''}`;
}

/** What the environment sets for all phones. */
export interface EdgeStationSettings {
  readonly versionCeiling: number;
  readonly firstMessageMs: number;
  /** In place of what the configuration says. */
  readonly keepAliveSeconds?: number;
  readonly server: StationSettings['server'];
}

/**
 * The settings of one phone's machine.
 * @param keepAliveSeconds of this phone, by the configuration; before it is known that of the system
 */
export function stationSettings(
  edge: EdgeStationSettings,
  config: Config,
  now: number,
  keepAliveSeconds = config.telephonyService.keepalive,
): StationSettings {
  const { keepAliveSeconds: fixed, ...rest } = edge;
  const seconds = fixed ?? keepAliveSeconds;
  return {
    ...defaultStationSettings,
    ...rest,
    keepAliveSeconds: seconds,
    secondaryKeepAliveSeconds: fixed ?? config.telephonyService.keepaliveAuxiliary ?? seconds,
    dateTemplate: dateTemplateOf(config),
    utcOffsetMinutes: -new Date(now).getTimezoneOffset(),
  };
}
