import { IDLE, IN_USE, UNKNOWN } from './lamp-judge';
import { answerTo, cseqNumber, indexAfter, lampIn, newScanned, okTo, routesOf, scan, uriIn } from './wire';

const notify = [
  'NOTIFY sip:200001@127.0.0.1:4000 SIP/2.0',
  'Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1',
  'v: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK2',
  'FROM: <sip:a@b>;tag=1',
  't: <sip:c@d>;tag=2',
  'i: r1s42@127.0.0.1',
  'CSeq: 107 NOTIFY',
  'm: <sip:x@127.0.0.1:5060;transport=udp>',
  'Subscription-State: active;expires=5',
  'Content-Type: application/pidf+xml',
  '',
  '<presence><basic>open</basic></presence>',
].join('\r\n');

function scanned(text: string) {
  const into = newScanned();
  expect(scan(Buffer.from(text), into)).toBe(true);
  return into;
}

it('finds the lines that matter, long or compact, whatever their case', () => {
  const message = scanned(notify);
  expect(cseqNumber(message.cseq)).toBe(107);
  expect(indexAfter(message.callId, 'r1s')).toBe(42);
  expect(indexAfter(message.callId, 'r2s')).toBe(-1);
  expect(uriIn(message.contact)).toBe('sip:x@127.0.0.1:5060;transport=udp');
  expect(message.state).toContain('active');
  expect(message.text.slice(message.body)).toBe('<presence><basic>open</basic></presence>');
});

it('copies what an answer must copy', () => {
  const copied = [1, 2, 3, 4, 5, 6].map((index) => notify.split('\r\n')[index]).join('\r\n');
  expect(okTo(scanned(notify))).toBe(`SIP/2.0 200 OK\r\n${copied}\r\nContent-Length: 0\r\n\r\n`);
});

it('adds a To tag where there is none, and keeps the one there is', () => {
  expect(answerTo(scanned(notify.replace(';tag=2', '')), '180 Ringing', 'mine')).toContain('t: <sip:c@d>;tag=mine\r\n');
  expect(answerTo(scanned(notify), '180 Ringing', 'mine')).toContain('t: <sip:c@d>;tag=2\r\n');
});

it('forgets the message before', () => {
  const into = scanned(notify);
  scan(Buffer.from('SIP/2.0 200 OK\r\nCSeq: 1 BYE\r\n\r\n'), into);
  expect([into.via, into.contact, into.callId]).toEqual(['', '', '']);
});

it('refuses what has no end of header', () => {
  expect(scan(Buffer.from('hello'), newScanned())).toBe(false);
  expect(scan(Buffer.from('NOTIFY a SIP/2.0\r\nVia: x\r\n'), newScanned())).toBe(false);
});

it.each([
  ['presence', '<basic>open</basic><rpid:on-the-phone/>', IN_USE],
  ['presence', '<basic>open</basic>', IDLE],
  ['presence', '<basic>closed</basic>', UNKNOWN],
  ['presence', '', UNKNOWN],
  ['dialog', '<dialog-info><dialog><state>early</state></dialog></dialog-info>', IN_USE],
  ['dialog', '<dialog-info><dialog><state event="x">confirmed</state></dialog></dialog-info>', IN_USE],
  ['dialog', '<dialog-info><dialog><state>terminated</state></dialog></dialog-info>', IDLE],
  ['dialog', '<dialog-info/>', IDLE],
  ['dialog', '', UNKNOWN],
] as const)('reads the lamp of a %s body: %s', (eventPackage, body, lamp) => {
  expect(lampIn(`head${body}`, 4, eventPackage)).toBe(lamp);
});

it('turns Record-Route around into Route', () => {
  expect(routesOf('Record-Route: <sip:1;lr>, <sip:2;lr>\r\nRecord-Route: <sip:3;lr>\r\n')).toBe(
    'Route: <sip:3;lr>\r\nRoute: <sip:2;lr>\r\nRoute: <sip:1;lr>\r\n',
  );
});
