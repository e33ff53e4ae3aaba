import { lineDirectory, poolDirectory, type Config, type LineDirectory, type PoolDirectory } from '@linewatch/config';

/** The running configuration with its two indexes: lines by number, phones by what they are known by. */
export interface DirectoryView {
  readonly config: Config;
  readonly lines: LineDirectory;
  readonly pools: PoolDirectory;
}

/** This edge's copy of the running configuration. The indexes are built anew only when lines or phones changed. */
export class Directory {
  private view: DirectoryView;

  constructor(config: Config) {
    this.view = indexed(config);
  }

  /** As it is now: keep it no longer than one decision takes. */
  current(): DirectoryView {
    return this.view;
  }

  /** Takes a changed configuration over. */
  apply(config: Config): void {
    const { config: before, lines, pools } = this.view;
    const isSame = before.dns === config.dns && before.pools === config.pools && before.templates === config.templates;
    this.view = isSame ? { config, lines, pools } : indexed(config);
  }
}

function indexed(config: Config): DirectoryView {
  const lines = lineDirectory(config);
  return { config, lines, pools: poolDirectory(config, lines) };
}
