import type { Script } from './script';

/** How many ended subscriptions of a line are kept between two prunings. */
const PRUNE_EVERY = 256;

/**
 * Lua function: writes one row unless a newer or equal one stands there, or its subscription ended. Only an acceptance
 * after the end makes it live again: a refresh that raced with the end does not.
 */
const putRow = `
local function putRow(id, seq, subId, value)
  local ended = redis.call('HGET', KEYS[2], id)
  if ended and tonumber(subId) <= tonumber(string.match(ended, '^%d+')) then return 'ended', '' end
  local known = redis.call('HGET', KEYS[1], id)
  if known then
    local knownSeq = tonumber(string.match(known, '^%d+'))
    if knownSeq > tonumber(seq) then return 'older', known end
    if knownSeq == tonumber(seq) then return 'same', known end
  end
  redis.call('HSET', KEYS[1], id, value)
  return 'ok', known or ''
end
`;

export type PutWord = 'ok' | 'same' | 'older' | 'ended';

export interface SubscriptionCommands {
  /** KEYS subscriptions, ended. ARGV id, seq, SubID, row. Answers the word and the row that stood there (or nothing). */
  lwPutSubscription(
    subscriptions: string,
    ended: string,
    id: string,
    seq: string,
    subId: string,
    value: string,
  ): Promise<[PutWord, string]>;
  /** KEYS subscriptions, ended. ARGV id, seq, SubID, row … Answers a word for each. */
  lwPutSubscriptions(subscriptions: string, ended: string, ...args: string[]): Promise<PutWord[]>;
  /** KEYS subscriptions, ended. ARGV id, seq, tombstone's life in ms. Answers the row that stood there. */
  lwEndSubscription(
    subscriptions: string,
    ended: string,
    id: string,
    seq: string,
    ttl: string,
  ): Promise<['ok' | 'newer', string]>;
  /** KEYS subscriptions. ARGV ids. The sequence of each row, or nothing. */
  lwSubscriptionSeqs(subscriptions: string, ...ids: string[]): Promise<string[]>;
  /** KEYS places, generation. ARGV id, most places, now, until. */
  lwReserve(
    places: string,
    generation: string,
    id: string,
    max: string,
    now: string,
    until: string,
  ): Promise<'ok' | 'full' | 'MISS'>;
}

export const subscriptionScripts: Record<keyof SubscriptionCommands, Script> = {
  lwPutSubscription: {
    numberOfKeys: 2,
    lua: `${putRow}
local word, known = putRow(ARGV[1], ARGV[2], ARGV[3], ARGV[4])
return { word, known }
`,
  },
  lwPutSubscriptions: {
    numberOfKeys: 2,
    lua: `${putRow}
local words = {}
for i = 1, #ARGV, 4 do
  words[#words + 1] = (putRow(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]))
end
return words
`,
  },
  lwEndSubscription: {
    numberOfKeys: 2,
    lua: `
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and tonumber(string.match(known, '^%d+')) > tonumber(ARGV[2]) then return { 'newer', known } end
local ended = redis.call('HGET', KEYS[2], ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if not ended or tonumber(string.match(ended, '^%d+')) <= tonumber(ARGV[2]) then
  local forget = string.format('%.0f', now + tonumber(ARGV[3]))
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. forget)
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
end
if redis.call('HLEN', KEYS[2]) % ${PRUNE_EVERY} == 0 then
  local all = redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do
    if tonumber(string.match(all[i + 1], ' (%d+)$')) <= now then redis.call('HDEL', KEYS[2], all[i]) end
  end
end
redis.call('HDEL', KEYS[1], ARGV[1])
return { 'ok', known or '' }
`,
  },
  lwSubscriptionSeqs: {
    numberOfKeys: 1,
    lua: `
local seqs = {}
for i = 1, #ARGV do
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  seqs[i] = known and string.match(known, '^%d+') or ''
end
return seqs
`,
  },
  lwReserve: {
    numberOfKeys: 2,
    lua: `
if redis.call('EXISTS', KEYS[2]) == 0 then return 'MISS' end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  redis.call('ZADD', KEYS[1], 'XX', 'GT', ARGV[4], ARGV[1])
  return 'ok'
end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 'full' end
redis.call('ZADD', KEYS[1], ARGV[4], ARGV[1])
return 'ok'
`,
  },
};
