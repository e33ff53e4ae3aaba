/** A map that forgets the entry set longest ago when it would hold more than `most`. */
export class BoundedMap<K, V> {
  private readonly entries = new Map<K, V>();

  constructor(private readonly most: number) {}

  get(key: K): V | undefined {
    return this.entries.get(key);
  }

  set(key: K, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.most) return;
    for (const oldest of this.entries.keys()) return void this.entries.delete(oldest);
  }

  delete(key: K): void {
    this.entries.delete(key);
  }
}
