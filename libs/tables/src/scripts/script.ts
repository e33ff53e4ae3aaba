/** A Lua step: one atomic change of keys that share a hash tag. */
export interface Script {
  readonly numberOfKeys: number;
  readonly lua: string;
}
