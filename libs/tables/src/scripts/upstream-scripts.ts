import type { Script } from './script';

export interface UpstreamCommands {
  /**
   * KEYS upstream, generation. ARGV what was answered last without its id (empty: nothing), most. Answers `ok` and one
   * member of each line and package, or `MISS`.
   */
  lwWantedUpstream(upstream: string, generation: string, after: string, most: string): Promise<string[]>;
  /** KEYS holders. ARGV who asks, then of each line its field and whose it may take over (empty: nobody's). */
  lwClaimUpstream(holders: string, me: string, ...args: string[]): Promise<string[]>;
  /** KEYS holders. ARGV who asks, fields. */
  lwReleaseUpstream(holders: string, me: string, ...fields: string[]): Promise<number>;
}

export const upstreamScripts: Record<keyof UpstreamCommands, Script> = {
  lwWantedUpstream: {
    numberOfKeys: 2,
    lua: `
if redis.call('EXISTS', KEYS[2]) == 0 then return { 'MISS' } end
local found = { 'ok' }
local from = ARGV[1] == '' and '-' or '(' .. ARGV[1] .. '\\255'
for i = 1, tonumber(ARGV[2]) do
  local member = redis.call('ZRANGEBYLEX', KEYS[1], from, '+', 'LIMIT', 0, 1)[1]
  if not member then break end
  found[#found + 1] = member
  from = '(' .. string.match(member, '^%S+ %S+ ') .. '\\255'
end
return found
`,
  },
  lwClaimUpstream: {
    numberOfKeys: 1,
    lua: `
local holders = {}
for i = 2, #ARGV, 2 do
  local holder = redis.call('HGET', KEYS[1], ARGV[i])
  if not holder or holder == ARGV[i + 1] then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[1])
    holder = ARGV[1]
  end
  holders[#holders + 1] = holder
end
return holders
`,
  },
  lwReleaseUpstream: {
    numberOfKeys: 1,
    lua: `
local released = 0
for i = 2, #ARGV do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[1] then released = released + redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return released
`,
  },
};
