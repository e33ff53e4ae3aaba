import type { Script } from './script';

export interface GenerationCommands {
  /** KEYS generation, rebuild. ARGV turn, its lease in ms. */
  lwBeginRebuild(
    generation: string,
    rebuild: string,
    turn: string,
    leaseMs: string,
  ): Promise<'yours' | 'another' | 'done'>;
  /** KEYS rebuild. ARGV turn, its lease in ms. */
  lwRenewRebuild(rebuild: string, turn: string, leaseMs: string): Promise<'ok' | 'lost'>;
  /** KEYS generation, rebuild. ARGV turn, which becomes the name of the generation. */
  lwFinishRebuild(generation: string, rebuild: string, turn: string): Promise<'ok' | 'lost'>;
  /** KEYS lead. ARGV copy, its lease in ms. */
  lwHoldLead(lead: string, copy: string, leaseMs: string): Promise<'yours' | 'another'>;
  /** KEYS lead. ARGV copy. */
  lwReleaseLead(lead: string, copy: string): Promise<'ok'>;
}

export const generationScripts: Record<keyof GenerationCommands, Script> = {
  lwBeginRebuild: {
    numberOfKeys: 2,
    lua: `
if redis.call('EXISTS', KEYS[1]) == 1 then return 'done' end
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then return 'another' end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 'yours'
`,
  },
  lwRenewRebuild: {
    numberOfKeys: 1,
    lua: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'ok'
`,
  },
  lwFinishRebuild: {
    numberOfKeys: 2,
    lua: `
if redis.call('GET', KEYS[1]) == ARGV[1] then return 'ok' end
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 'lost' end
redis.call('SET', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
return 'ok'
`,
  },
  lwHoldLead: {
    numberOfKeys: 1,
    lua: `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 'another' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'yours'
`,
  },
  lwReleaseLead: {
    numberOfKeys: 1,
    lua: `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 'ok'
`,
  },
};
