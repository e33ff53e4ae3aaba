/** `blf-speed-dial <tag> <number> label <string> [device]` [cme-presence 2.4]. */
export interface BlfSpeedDial {
  /** The telephone number that is dialled and watched. */
  number: string;
  label: string;
  /** Watch the phone whose primary number this is, not the line. */
  device: boolean;
}

/** `speed-dial` and `fastdial`: a number that a key or a menu entry dials. */
export interface SpeedDial {
  number: string;
  label?: string;
}

/** `feature-button <index> <feature> [label <text>]`: a key for what softkeys do, e.g. `Park`. */
export interface FeatureButton {
  feature: string;
  label?: string;
}

/** `url-button <index> {<type> | <url>} [<name>]`: a key that opens a service of the phone. */
export interface UrlButton {
  /** A service by name, such as `myphoneapp`, or an address. */
  url: string;
  name?: string;
}

/** What a physical key of a phone can be, in the words of `button-layout` for SCCP phones. */
export type LayoutType = 'line' | 'speed-dial' | 'blf-speed-dial' | 'feature' | 'url';
