import {
  deviceDirectory,
  dialPeerDirectory,
  ephoneDirectory,
  hasSameLines,
  lineDirectory,
  poolDirectory,
  type Config,
  type DeviceDirectory,
  type DialPeerDirectory,
  type EphoneDirectory,
  type LineDirectory,
  type PoolDirectory,
} from '@linewatch/config';

/** The running configuration with its indexes. */
export interface DirectoryView {
  readonly config: Config;
  /** Lines by number. */
  readonly lines: LineDirectory;
  /** SIP phones by what they are known by. */
  readonly pools: PoolDirectory;
  /** SCCP phones by what they are known by. */
  readonly ephones: EphoneDirectory;
  /** Phones of both kinds by their names. */
  readonly devices: DeviceDirectory;
  /** Trunks by the numbers that calls go to by them. */
  readonly dialPeers: DialPeerDirectory;
}

/** This edge's copy of the running configuration. The indexes are built anew only when lines or phones changed. */
export class Directory {
  private view: View;

  constructor(config: Config) {
    this.view = new View(config, new Indexes(config));
  }

  /** As it is now: keep it no longer than one decision takes. */
  current(): DirectoryView {
    return this.view;
  }

  /** Takes a changed configuration over. */
  apply(config: Config): void {
    const { config: before, indexes } = this.view;
    this.view = new View(config, hasSameLines(before, config) ? indexes : new Indexes(config));
  }
}

/** Trunks change apart from lines: one index for each table of dial peers. */
const trunks = new WeakMap<Config['dialPeers'], DialPeerDirectory>();

class View implements DirectoryView {
  constructor(
    readonly config: Config,
    readonly indexes: Indexes,
  ) {}

  get lines(): LineDirectory {
    return this.indexes.lines;
  }

  get pools(): PoolDirectory {
    return this.indexes.pools;
  }

  get ephones(): EphoneDirectory {
    return this.indexes.ephones;
  }

  get devices(): DeviceDirectory {
    return this.indexes.devices;
  }

  get dialPeers(): DialPeerDirectory {
    const { dialPeers } = this.config;
    const known = trunks.get(dialPeers);
    if (known) return known;
    const built = dialPeerDirectory(this.config);
    trunks.set(dialPeers, built);
    return built;
  }
}

/** Each is built when it is first asked for: no kind of edge needs all of them. */
class Indexes {
  readonly lines: LineDirectory;
  private builtPools?: PoolDirectory;
  private builtEphones?: EphoneDirectory;
  private builtDevices?: DeviceDirectory;

  constructor(private readonly config: Config) {
    this.lines = lineDirectory(config);
  }

  get pools(): PoolDirectory {
    return (this.builtPools ??= poolDirectory(this.config, this.lines));
  }

  get ephones(): EphoneDirectory {
    return (this.builtEphones ??= ephoneDirectory(this.config));
  }

  get devices(): DeviceDirectory {
    return (this.builtDevices ??= deviceDirectory(this.config, this.lines));
  }
}
