import type { Script } from './script';

/** How many ended subscriptions of a line are kept between two prunings. */
const PRUNE_EVERY = 256;

/** Lua function: the numbers at the head of a row (sequence, SubID, token), as one text and one by one. */
const headOf = `
local function headOf(row)
  local seq, subId, token = string.match(row, '^(%d+) (%d+) (%d+) ')
  if not seq then return '', 0, 0, 0 end
  return seq .. ' ' .. subId .. ' ' .. token, tonumber(seq), tonumber(subId), tonumber(token)
end
`;

/** Lua function: the sequence of the end that is remembered, 0 when there is none. */
const endOf = `
local function endOf(id)
  local ended = redis.call('HGET', KEYS[2], id)
  return ended and tonumber(string.match(ended, '^%d+')) or 0
end
`;

export interface SubscriptionCommands {
  /** KEYS subscriptions, ended. ARGV id. The row, and what is remembered of its end; each empty when there is none. */
  lwReadSubscription(subscriptions: string, ended: string, id: string): Promise<[row: string, ended: string]>;
  /**
   * KEYS subscriptions, ended. ARGV id, head of the row that it was folded from (empty: none), sequence of the end that
   * was known then, row. Answers the row that stood there (or nothing). As with the end below, what was done before is
   * `ok` again.
   */
  lwPutSubscription(
    subscriptions: string,
    ended: string,
    id: string,
    expected: string,
    expectedEnd: string,
    value: string,
  ): Promise<['ok' | 'conflict', string]>;
  /** KEYS subscriptions, ended. ARGV id, row … Writes each unless a later owner, event or end is there. */
  lwPutSubscriptions(subscriptions: string, ended: string, ...args: string[]): Promise<number>;
  /**
   * KEYS subscriptions, ended. ARGV id, head of the row that ends (empty: none; `*`: any accepted before the end), seq,
   * tombstone's life in ms. Answers the word and the row that stood there.
   */
  lwEndSubscription(
    subscriptions: string,
    ended: string,
    id: string,
    expected: string,
    seq: string,
    ttl: string,
  ): Promise<['ok' | 'conflict', string]>;
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
  lwReadSubscription: {
    numberOfKeys: 2,
    lua: `
return { redis.call('HGET', KEYS[1], ARGV[1]) or '', redis.call('HGET', KEYS[2], ARGV[1]) or '' }
`,
  },
  lwPutSubscription: {
    numberOfKeys: 2,
    lua: `${headOf}${endOf}
local known = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if known == ARGV[4] then return { 'ok', known } end
if headOf(known) ~= ARGV[2] or endOf(ARGV[1]) ~= tonumber(ARGV[3]) then return { 'conflict', known } end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
return { 'ok', known }
`,
  },
  lwPutSubscriptions: {
    numberOfKeys: 2,
    lua: `${headOf}${endOf}
local written = 0
for i = 1, #ARGV, 2 do
  local _, seq, _, token = headOf(ARGV[i + 1])
  local _, knownSeq, _, knownToken = headOf(redis.call('HGET', KEYS[1], ARGV[i]) or '')
  local isNewer = token > knownToken or (token == knownToken and seq > knownSeq)
  if isNewer and endOf(ARGV[i]) <= seq then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    written = written + 1
  end
end
return written
`,
  },
  lwEndSubscription: {
    numberOfKeys: 2,
    lua: `${headOf}
local known = redis.call('HGET', KEYS[1], ARGV[1]) or ''
local ended = redis.call('HGET', KEYS[2], ARGV[1])
local head, _, subId = headOf(known)
if known == '' and ended and string.match(ended, '^%d+') == ARGV[3] then return { 'ok', '' } end
if ARGV[2] == '*' then
  if subId > tonumber(ARGV[3]) then return { 'conflict', known } end
elseif head ~= ARGV[2] then
  return { 'conflict', known }
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if not ended or tonumber(string.match(ended, '^%d+')) <= tonumber(ARGV[3]) then
  local forget = string.format('%.0f', now + tonumber(ARGV[4]))
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3] .. ' ' .. forget)
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
if redis.call('HLEN', KEYS[2]) % ${PRUNE_EVERY} == 0 then
  local all = redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do
    if tonumber(string.match(all[i + 1], ' (%d+)$')) <= now then redis.call('HDEL', KEYS[2], all[i]) end
  end
end
redis.call('HDEL', KEYS[1], ARGV[1])
return { 'ok', known }
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
