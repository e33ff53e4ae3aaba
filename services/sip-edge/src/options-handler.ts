import type { Directory } from '@linewatch/edge';
import { ALLOW_EVENTS, type HeaderField, parseUri } from '@linewatch/sip';
import type { ServerRequest } from './endpoint/user-agent';

/** Bodies that a request to this edge may bear. */
const ACCEPT = 'application/sdp';
const SUPPORTED = 'path';

/**
 * Answers OPTIONS outside of a dialog as INVITE would be [RFC3261 11.2] [SB-38]: 200 for the edge itself and for every
 * local number, with what this edge understands; 404 for a number that nobody has.
 * @param allow the Allow field, in whose making this handler takes no part
 */
export function optionsHandler(directory: Pick<Directory, 'current'>, allow: () => readonly HeaderField[]) {
  return (incoming: ServerRequest): void => {
    const user = parseUri(incoming.request.requestUri)?.user;
    const isKnown = user === undefined || directory.current().lines.resolve(user) !== undefined;
    const headers = [
      ...allow().filter(({ name }) => name !== 'Allow-Events'),
      { name: 'Accept', value: ACCEPT },
      { name: 'Supported', value: SUPPORTED },
      { name: 'Allow-Events', value: ALLOW_EVENTS },
    ];
    incoming.respond(isKnown ? 200 : 404, { headers });
  };
}
