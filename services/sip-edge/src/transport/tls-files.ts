import { readFileSync, statSync } from 'node:fs';
import type { TlsIdentity } from './tls';

/** Files with certificate, key and authorities as PEM. */
export interface TlsPaths {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

/**
 * What the files hold now.
 * @throws Error when one cannot be read
 */
export function readTlsFiles({ cert, key, ca }: TlsPaths): TlsIdentity {
  return {
    ...(cert !== undefined && key !== undefined && { own: { cert: readFileSync(cert), key: readFileSync(key) } }),
    ...(ca !== undefined && { ca: readFileSync(ca) }),
  };
}

/**
 * Looks at the files again and again, and gives what they hold when one of them changed: by name, size and time, so that
 * also a link that was set to another folder is seen, as secrets are renewed in a container.
 */
export class TlsFilesWatch {
  private readonly timer: NodeJS.Timeout;
  private seen: string;

  /**
   * @param changed is given what the files hold; what it throws, as when certificate and key do not fit yet, goes to
   *   `failed` once, and the files are looked at again when they change again
   */
  constructor(
    private readonly paths: TlsPaths,
    private readonly changed: (identity: TlsIdentity) => void,
    private readonly failed: (error: unknown) => void,
    everyMs = 2_000,
  ) {
    this.seen = this.look();
    this.timer = setInterval(() => this.check(), everyMs);
    this.timer.unref();
  }

  /** Looks now. */
  check(): void {
    const now = this.look();
    if (now === this.seen) return;
    this.seen = now;
    try {
      this.changed(readTlsFiles(this.paths));
    } catch (error) {
      this.failed(error);
    }
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): string {
    const files = [this.paths.cert, this.paths.key, this.paths.ca].filter((path) => path !== undefined);
    return files
      .map((path) => {
        try {
          const { ino, size, mtimeMs } = statSync(path);
          return `${ino} ${size} ${mtimeMs}`;
        } catch {
          return 'missing';
        }
      })
      .join('\n');
  }
}
