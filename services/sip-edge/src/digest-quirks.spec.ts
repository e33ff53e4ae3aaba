import { request } from '@linewatch/sip';
import { algorithmsFor } from './digest-quirks';

function registerOf(userAgent: string | undefined) {
  return request({
    method: 'REGISTER',
    uri: 'sip:127.0.0.2',
    from: '<sip:2101@127.0.0.2>',
    to: '<sip:2101@127.0.0.2>',
    callId: 'x',
    cseq: 1,
    headers: userAgent === undefined ? [] : [{ name: 'User-Agent', value: userAgent }],
  });
}

describe('[SB-115] what a client may answer a challenge with', () => {
  it.each([
    ['baresip v1.0.0 (x86_64/linux)'],
    ['baresip v3.11.0 (x86_64/Linux)'],
    ['Cisco-CP7971G-GE/8.0.1'],
    ['Cisco-SIPGateway/IOS-12.x'],
    ['CSCO/7'],
    ['PJSUA v2.10 Linux-5.4'],
    ['SIPp'],
  ])('is MD5 alone for one that stops at any other challenge: %s', (userAgent) => {
    expect(algorithmsFor(registerOf(userAgent))).toEqual(['MD5']);
  });

  it.each([
    [undefined],
    [''],
    ['baresip v3.12.0 (x86_64/Linux)'],
    ['baresip v3.20.0 (x86_64/Linux)'],
    ['baresip v4.1.0'],
    ['PJSUA v2.14.1 Linux-6.1'],
    ['LinphoneDesktop/5.2'],
    ['Ciscoesque'],
  ])('is SHA-256, then MD5 for all others: %s', (userAgent) => {
    expect(algorithmsFor(registerOf(userAgent))).toEqual(['SHA-256', 'MD5']);
  });
});
