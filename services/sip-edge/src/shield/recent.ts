/**
 * A table that holds at most `most` values and forgets those that were not used for longest, in constant time: two
 * generations, of which the older is forgotten when the younger is full. So many addresses as an attacker may have, memory
 * stays the same, and whoever keeps coming is remembered.
 */
export class Recent<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();
  private readonly half: number;

  constructor(most: number) {
    this.half = Math.max(1, Math.floor(most / 2));
  }

  get size(): number {
    return this.young.size + this.old.size;
  }

  /** The value of a key, made when there is none. */
  get(key: string, make: () => Value): Value {
    const young = this.young.get(key);
    if (young !== undefined) return young;
    const value = this.old.get(key) ?? make();
    this.old.delete(key);
    if (this.young.size >= this.half) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
    return value;
  }

  values(): Value[] {
    return [...this.young.values(), ...this.old.values()];
  }
}
