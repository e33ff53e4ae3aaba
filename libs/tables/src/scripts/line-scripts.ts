import type { Script } from './script';

/**
 * Lua function: writes bindings given as device, sequence, value from ARGV[`first`] on. A lower sequence never
 * overwrites a higher one.
 */
const writeBindings = `
local function writeBindings(key, first)
  for i = first, #ARGV, 3 do
    local known = redis.call('HGET', key, ARGV[i])
    local seq = known and tonumber(string.match(known, '^%d+')) or -1
    if tonumber(ARGV[i + 1]) >= seq then
      redis.call('HSET', key, ARGV[i], ARGV[i + 2])
    end
  end
end
`;

/** Lua function: the two sequences at the head of a line's row, or nil. */
const readHead = `
local function readHead(key)
  local fold, published = string.match(redis.call('GETRANGE', key, 0, 40), '^(%d+) (%d+) ')
  return tonumber(fold), tonumber(published)
end
`;

export interface LineCommands {
  /** KEYS line, bindings. ARGV expected fold seq or `absent`, fold seq, published seq, row, then device, seq, value … */
  lwPutLine(line: string, bindings: string, ...args: string[]): Promise<'ok' | 'conflict'>;
  /** KEYS line, bindings. ARGV fold seq, published seq, row, then device, seq, value … */
  lwPutRebuiltLine(line: string, bindings: string, ...args: string[]): Promise<'ok' | 'kept'>;
  /** KEYS line, bindings. Null when the line has no row. */
  lwReadBindings(line: string, bindings: string): Promise<string[] | null>;
  /** KEYS line, bindings. ARGV device, seq, value. */
  lwPutBindings(
    line: string,
    bindings: string,
    device: string,
    seq: string,
    value: string,
  ): Promise<'ok' | 'stale' | 'MISS'>;
}

export const lineScripts: Record<keyof LineCommands, Script> = {
  lwPutLine: {
    numberOfKeys: 2,
    lua: `${readHead}${writeBindings}
local fold, published = readHead(KEYS[1])
if ARGV[1] == 'absent' then
  if fold then return 'conflict' end
elseif fold ~= tonumber(ARGV[1]) then
  return 'conflict'
end
if fold and (tonumber(ARGV[2]) < fold or tonumber(ARGV[3]) < published) then return 'conflict' end
redis.call('SET', KEYS[1], ARGV[4])
writeBindings(KEYS[2], 5)
return 'ok'
`,
  },
  lwPutRebuiltLine: {
    numberOfKeys: 2,
    lua: `${readHead}${writeBindings}
local fold, published = readHead(KEYS[1])
writeBindings(KEYS[2], 4)
if fold and (tonumber(ARGV[1]) < fold or tonumber(ARGV[2]) < published) then return 'kept' end
redis.call('SET', KEYS[1], ARGV[3])
return 'ok'
`,
  },
  lwReadBindings: {
    numberOfKeys: 2,
    lua: `
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
return redis.call('HGETALL', KEYS[2])
`,
  },
  lwPutBindings: {
    numberOfKeys: 2,
    lua: `
if redis.call('EXISTS', KEYS[1]) == 0 then return 'MISS' end
local known = redis.call('HGET', KEYS[2], ARGV[1])
local seq = known and tonumber(string.match(known, '^%d+')) or -1
if tonumber(ARGV[2]) < seq then return 'stale' end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
return 'ok'
`,
  },
};
