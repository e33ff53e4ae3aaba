import type { EdgeId, LineNumber, SubscriptionId } from '@linewatch/presence';

/**
 * Every key in Redis, on this page and nowhere else.
 *
 * | key                                    | type   | holds                                                            |
 * |----------------------------------------|--------|------------------------------------------------------------------|
 * | `lw:{3001}:line`                       | string | `<LINES seq> <PRESENCE seq> <LineRow as JSON>`                   |
 * | `lw:{3001}:bindings`                   | hash   | device → `<LINES seq> <Binding[] as JSON>`                       |
 * | `lw:{3001}:subscriptions`              | hash   | subscription id → `<seq> <SubID> <token> <Subscription as JSON>` |
 * | `lw:{3001}:ended`                      | hash   | id of an ended subscription → `<seq> <forgotten at, ms>`         |
 * | `lw:{~leases}:lines`                   | zset   | line → when its next lease ends                                  |
 * | `lw:{~edge:sip-edge-1}:lines`          | set    | lines that depend on the edge                                    |
 * | `lw:{~edge:sip-edge-1}:subscriptions`  | set    | subscriptions that the edge owns                                 |
 * | `lw:{~expiry}:subscriptions`           | zset   | subscription → when it expires                                   |
 * | `lw:{~subid}:subscriptions`            | zset   | subscription → its SubID                                         |
 * | `lw:{~subid}:siblings`                 | zset   | subscription → the SubID of its sibling                          |
 * | `lw:{~subscriptions}:upstream`         | zset   | watchers of lines beyond the trunk: `<line> <package> <id>`      |
 * | `lw:{~subscriptions}:holders`          | hash   | `<line> <package>` → `<edge> <epoch>` that watches it there      |
 * | `lw:{~subscriptions}:places`           | zset   | subscription id → until when it has a place in the quota         |
 * | `lw:{~subscriptions}:generation`       | string | the making of the subscription tables; absent: they were lost    |
 * | `lw:{~subscriptions}:rebuild`          | string | the turn of the copy that rebuilds them, for a while             |
 * | `lw:{~lines}:lead`                     | string | the copy that folds facts, for a while                           |
 * | `lw:{~lines}:generation`, `…:rebuild`  | string | the same for the lines and their indexes                         |
 *
 * The braces are the hash tag: all keys of a line live in one cluster slot and one Lua step may touch them. Indexes have
 * tags of their own, which begin with `~`, as no escaped line does.
 */
export interface Keys {
  line(line: LineNumber): string;
  bindings(line: LineNumber): string;
  subscriptions(line: LineNumber): string;
  ended(line: LineNumber): string;
  readonly leases: string;
  edgeLines(edge: EdgeId): string;
  edgeSubscriptions(edge: EdgeId): string;
  readonly expiry: string;
  readonly subIds: string;
  readonly siblings: string;
  readonly upstream: string;
  readonly upstreamHolders: string;
  readonly places: string;
  generation(of: TableSet): string;
  rebuild(of: TableSet): string;
  lead(of: TableSet): string;
  /** A pattern for SCAN that finds the rows of all lines, or all lines' subscriptions. */
  everyLine(kind: 'line' | 'subscriptions'): string;
  /** The line that a key of one line belongs to. */
  lineOf(key: string): LineNumber | undefined;
}

/** What is lost and rebuilt as a whole. */
export type TableSet = 'lines' | 'subscriptions';

/** Makes the keys. `prefix` is one token (default `lw`), the same that subjects begin with. */
export function makeKeys(prefix = 'lw'): Keys {
  const key = (tag: string, kind: string): string => `${prefix}:{${tag}}:${kind}`;
  const lineKey = (kind: string) => (line: LineNumber) => key(escapeToken(line), kind);
  return {
    line: lineKey('line'),
    bindings: lineKey('bindings'),
    subscriptions: lineKey('subscriptions'),
    ended: lineKey('ended'),
    leases: key('~leases', 'lines'),
    edgeLines: (edge) => key(`~edge:${escapeToken(edge)}`, 'lines'),
    edgeSubscriptions: (edge) => key(`~edge:${escapeToken(edge)}`, 'subscriptions'),
    expiry: key('~expiry', 'subscriptions'),
    subIds: key('~subid', 'subscriptions'),
    siblings: key('~subid', 'siblings'),
    upstream: key('~subscriptions', 'upstream'),
    upstreamHolders: key('~subscriptions', 'holders'),
    places: key('~subscriptions', 'places'),
    generation: (of) => key(`~${of}`, 'generation'),
    rebuild: (of) => key(`~${of}`, 'rebuild'),
    lead: (of) => key(`~${of}`, 'lead'),
    everyLine: (kind) => `${prefix}:{[^~]*}:${kind}`,
    lineOf: (text) => {
      const tag = /^[^{]*\{([^}]*)\}/.exec(text)?.[1];
      return tag === undefined || tag.startsWith('~') ? undefined : unescapeToken(tag);
    },
  };
}

/**
 * Text as one token: letters, digits and `+ * # . _ @ : -` stay, any other UTF-16 unit is `%` and four hex digits, and
 * the empty text is `%` (an empty hash tag would be none). Two texts never have the same token.
 */
export function escapeToken(text: string): string {
  if (text === '') return '%';
  return text.replace(/[^0-9A-Za-z+*#._@:-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The text of a token that `escapeToken` made. */
export function unescapeToken(token: string): string {
  if (token === '%') return '';
  return token.replace(/%([0-9a-f]{4})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** Where a subscription's row stands. */
export interface SubscriptionPlace {
  readonly line: LineNumber;
  readonly id: SubscriptionId;
}

/** A subscription as a member of an index: `<escaped line> <id>`. */
export function subscriptionMember({ line, id }: SubscriptionPlace): string {
  return `${escapeToken(line)} ${id}`;
}

export function parseSubscriptionMember(member: string): SubscriptionPlace {
  const space = member.indexOf(' ');
  return { line: unescapeToken(member.slice(0, space)), id: member.slice(space + 1) };
}
