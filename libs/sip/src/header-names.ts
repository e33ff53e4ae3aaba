/** The names of header fields: one spelling for each, whatever the sender wrote [RFC3261 7.3.1, 7.3.3]. */

const COMPACT: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
};

const FULL = [
  'Accept Accept-Encoding Accept-Language Alert-Info Allow Allow-Events Authentication-Info Authorization Call-ID',
  'Call-Info Contact Content-Disposition Content-Encoding Content-Language Content-Length Content-Type CSeq Date',
  'Diversion Error-Info Event Expires Flow-Timer From History-Info In-Reply-To Join Max-Forwards MIME-Version Min-Expires',
  'Min-SE Organization P-Access-Network-Info P-Asserted-Identity P-Preferred-Identity Path Priority Privacy',
  'Proxy-Authenticate Proxy-Authorization Proxy-Require RAck Reason Record-Route Refer-Sub Refer-To Referred-By',
  'Remote-Party-ID Replaces Reply-To Require Retry-After Route RSeq Server Service-Route Session-Expires SIP-ETag',
  'SIP-If-Match Subject Subscription-State Supported Timestamp To Unsupported User-Agent Via Warning WWW-Authenticate',
]
  .join(' ')
  .split(' ');

const KNOWN = new Map<string, string>();
for (const name of FULL) KNOWN.set(name, name).set(name.toLowerCase(), name);
for (const [letter, name] of Object.entries(COMPACT)) {
  KNOWN.set(letter, name).set(letter.toUpperCase(), name).set(name, name).set(name.toLowerCase(), name);
}

/**
 * The canonical full name of a header field: `i`, `CALL-ID` and `call-id` are all `Call-ID`. A name unknown here gets
 * capitals at the start of its words, so that equal names are always equal texts.
 */
export function canonicalName(name: string): string {
  const exact = KNOWN.get(name);
  if (exact !== undefined) return exact;
  const lower = name.toLowerCase();
  return KNOWN.get(lower) ?? lower.replace(/(^|-)([a-z])/g, (_, dash: string, c: string) => dash + c.toUpperCase());
}
