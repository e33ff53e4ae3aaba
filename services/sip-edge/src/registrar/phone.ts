import { clearPassword, normaliseMac, poolId, type Config, type VoiceRegisterPool } from '@linewatch/config';
import type { DirectoryView, LineBindings } from '@linewatch/edge';
import type { LineNumber } from '@linewatch/presence';
import {
  callIdOf,
  digestHa1,
  type Flow,
  fromTag,
  headerValues,
  parseNameAddr,
  type Refusal,
  type SipRequest,
  unquote,
  userOf,
} from '@linewatch/sip';
import type { Authentication } from '../authentication';
import { isBoundTo } from '../watcher-identity';

/** Which phone sent a REGISTER, and whether it is who it says it is [cme-presence 2.8]. */

export const FORBIDDEN: Refusal = { status: 403, reason: 'Forbidden', headers: [] };

/**
 * The pool that a request comes from, of those that carry the number: by `id mac`, then `id ip`, then `id network` with
 * the longest mask, each time the lowest tag.
 */
export function phoneOf(
  request: SipRequest,
  flow: Flow,
  line: LineNumber,
  { pools }: Pick<DirectoryView, 'pools'>,
): VoiceRegisterPool | undefined {
  const carriers = pools.byNumber(line);
  const macs = macsOf(request);
  const byMac = carriers.find(({ idMac }) => idMac !== undefined && macs.has(idMac));
  if (byMac) return byMac;
  const { host } = flow.remote;
  return [...pools.byIp(host), ...pools.byNetwork(host)].find((pool) => carriers.includes(pool));
}

/**
 * The pool known by `id mac` whose registered contact a request without any MAC address comes from: a query or the end
 * of all bindings brings no Contact that could hold one.
 */
export function registeredPhoneOf(
  request: SipRequest,
  flow: Flow,
  line: LineNumber,
  { pools }: Pick<DirectoryView, 'pools'>,
  all: LineBindings,
  now: number,
): VoiceRegisterPool | undefined {
  if (macsOf(request).size > 0) return undefined;
  const callId = callIdOf(request);
  return pools.byNumber(line).find(({ tag }) => {
    const bindings = all[poolId(tag)]?.bindings ?? [];
    return bindings.some((each) => each.expiresAt > now && (each.callId === callId || isBoundTo(each, flow)));
  });
}

/**
 * Every MAC address that a request names, as twelve lower-case hex digits: in `+sip.instance` (the end of its UUID), in
 * Cisco's device name (`SEP…`), as the user of a Contact, and at the head of Call-ID and From tag as Cisco phones make
 * them.
 */
export function macsOf(request: SipRequest): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (text: string | undefined): void => {
    const mac = text === undefined ? undefined : normaliseMac(text);
    if (mac !== undefined) found.add(mac);
  };
  for (const value of headerValues(request, 'Contact')) {
    const contact = parseNameAddr(value);
    if (!contact) continue;
    add(/([0-9a-f]{12})>?$/i.exec(parameter(contact.params.get('+sip.instance')))?.[1]);
    add(parameter(contact.params.get('+u.sip!devicename.ccm.cisco.com')));
    add(userOf(contact.uri));
  }
  const callId = /^([0-9a-f]{8})-([0-9a-f]{4})[0-9a-f]{4}-/i.exec(callIdOf(request) ?? '');
  if (callId) add(`${callId[1]}${callId[2]}`);
  add(/^([0-9a-f]{12})[0-9a-f]{12}-[0-9a-f]{8}$/i.exec(fromTag(request) ?? '')?.[1]);
  return found;
}

function parameter(value: string | true | undefined): string {
  return typeof value === 'string' ? unquote(value) : '';
}

/**
 * Has a phone prove who it is where its pool has `username … password …`; undefined when it may go on. Credentials of
 * another phone are not its own [SB-119]. `authenticate register` lets no phone in that has none.
 */
export function authenticatePhone(
  request: SipRequest,
  pool: VoiceRegisterPool,
  { config }: Pick<DirectoryView, 'config'>,
  realm: string,
  authentication: Pick<Authentication, 'check'>,
): Refusal | undefined {
  if (pool.username === undefined || pool.password === undefined) {
    return config.voiceRegisterGlobal.authenticate.register ? FORBIDDEN : undefined;
  }
  // A password that only the router can read proves nothing here, but the phone was not meant to come in without one.
  if (clearPassword(pool.password) === undefined) return FORBIDDEN;
  const others = poolsByUsername(config.pools);
  const checked = authentication.check(request, realm, (username, algorithm) => {
    const { password } = (username === pool.username ? pool : others.get(username)) ?? {};
    const clear = password === undefined ? undefined : clearPassword(password);
    // Hashed also where there is none, so that a user who does not exist takes as long [SB-116].
    const ha1 = digestHa1(algorithm, username, realm, clear ?? '');
    return clear === undefined ? [] : [ha1];
  });
  if (checked.kind === 'refused') return checked.refusal;
  return checked.username === pool.username ? undefined : FORBIDDEN;
}

const indexes = new WeakMap<Config['pools'], ReadonlyMap<string, VoiceRegisterPool>>();

/** Pools by user name, the lowest tag of several; made once a configuration. */
function poolsByUsername(pools: Config['pools']): ReadonlyMap<string, VoiceRegisterPool> {
  const known = indexes.get(pools);
  if (known) return known;
  const index = new Map<string, VoiceRegisterPool>();
  for (const pool of Object.values(pools)) {
    if (pool.username !== undefined && !index.has(pool.username)) index.set(pool.username, pool);
  }
  indexes.set(pools, index);
  return index;
}
