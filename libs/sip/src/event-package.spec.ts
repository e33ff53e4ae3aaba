import * as fc from 'fast-check';
import {
  BAD_EVENT,
  DIALOG_PACKAGE,
  EVENT_PACKAGES,
  PRESENCE_PACKAGE,
  acceptsBody,
  findPackage,
  grantExpires,
  notAcceptable,
} from './event-package';

test.each([
  ['presence', PRESENCE_PACKAGE],
  ['dialog', DIALOG_PACKAGE],
  ['Presence', undefined],
  ['presence.winfo', undefined],
  ['constructor', undefined],
  ['', undefined],
  [undefined, undefined],
])('[SB-12, SB-13] Event %s names the package %#', (name, expected) => expect(findPackage(name)).toBe(expected));

test('[SB-12] 489 lists the packages there are', () => {
  expect(BAD_EVENT).toEqual({
    status: 489,
    reason: 'Bad Event',
    headers: [{ name: 'Allow-Events', value: 'presence, dialog' }],
  });
});

const accepts: [keyof typeof EVENT_PACKAGES, string[] | undefined, boolean][] = [
  ['presence', undefined, true],
  ['presence', ['application/pidf+xml'], true],
  ['presence', ['application/cpim-pidf+xml'], true],
  ['presence', ['APPLICATION/PIDF+XML ;charset=utf-8'], true],
  ['presence', ['application/*'], true],
  ['presence', ['text/plain', '*/*;q=0.1'], true],
  ['presence', ['application/pidf+xml;q=0.0'], false],
  ['presence', ['application/dialog-info+xml'], false],
  ['presence', ['text/*'], false],
  ['presence', [], false],
  ['dialog', undefined, true],
  ['dialog', ['application/dialog-info+xml'], true],
  ['dialog', ['application/pidf+xml'], false],
];
test.each(accepts)('[SB-14, SB-15] %s with Accept %j: %s', (name, accept, expected) => {
  expect(acceptsBody(EVENT_PACKAGES[name], accept)).toBe(expected);
});

test('[SB-14] 406 names the types that would do', () => {
  expect(notAcceptable(PRESENCE_PACKAGE)).toMatchObject({
    status: 406,
    headers: [{ name: 'Accept', value: 'application/pidf+xml, application/cpim-pidf+xml' }],
  });
});

const tooBrief = {
  kind: 'refused',
  refusal: { status: 423, reason: 'Interval Too Brief', headers: [{ name: 'Min-Expires', value: '60' }] },
};
test.each([
  [undefined, { kind: 'granted', seconds: 3600 }],
  [0, { kind: 'granted', seconds: 0 }],
  [1, tooBrief],
  [59, tooBrief],
  [60, { kind: 'granted', seconds: 60 }],
  [3600, { kind: 'granted', seconds: 3600 }],
  [3601, { kind: 'granted', seconds: 3600 }],
  [2147483647, { kind: 'granted', seconds: 3600 }],
])('[SB-10, SB-11, T-22] Expires %s: %j', (requested, grant) => {
  expect(grantExpires(PRESENCE_PACKAGE, requested)).toEqual(grant);
});

test('[SB-2] never is more granted than was asked', () => {
  fc.assert(
    fc.property(fc.nat(), (requested) => {
      const grant = grantExpires(DIALOG_PACKAGE, requested);
      expect(grant.kind === 'granted' ? grant.seconds : 0).toBeLessThanOrEqual(requested);
    }),
  );
});
