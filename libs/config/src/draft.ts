import type { Config } from './config';

/**
 * A Config while commands are being applied: every part is copied once, when it is first changed, and changed in place
 * after that. The Config it started from stays as it was, and what nobody touched is shared between the two.
 */
export class Draft {
  /** The new Config: its top level may be changed, anything deeper only through `own`. */
  readonly config: Config;
  /** Objects that belong to this draft alone. */
  private readonly owned = new Set<object>();
  private readonly memos = new Map<unknown, unknown>();

  constructor(base: Config) {
    this.config = this.adopt({ ...base });
  }

  /** The object under `key` of an owned parent, copied unless this draft has it for its own already. */
  own<P extends object, K extends keyof P>(parent: P, key: K): NonNullable<P[K]> {
    const value = parent[key];
    if (typeof value !== 'object' || value === null) throw new Error(`nothing to own at ${String(key)}`);
    if (this.owned.has(value)) return value;
    const copy = this.adopt(Array.isArray(value) ? [...value] : { ...value });
    parent[key] = copy as P[K];
    return copy as NonNullable<P[K]>;
  }

  /**
   * What `build` makes of the Config, made once a draft: an index that commands need to look things up. Commands that
   * change what it says must change it too.
   */
  memo<T>(build: (config: Config) => T): T {
    if (!this.memos.has(build)) this.memos.set(build, build(this.config));
    return this.memos.get(build) as T;
  }

  /** The same, unless it was never asked for: nobody needs to be told of a change then. */
  known<T>(build: (config: Config) => T): T | undefined {
    return this.memos.get(build) as T | undefined;
  }

  /** Takes a newly made object as this draft's own. */
  adopt<T extends object>(value: T): T {
    this.owned.add(value);
    return value;
  }
}
