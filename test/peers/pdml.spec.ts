import { type CapturedFrame, PdmlReader, sipMessagesOf } from './pdml';

/** Shaped like the output of `tshark 4.0.17 -T pdml -J 'frame ip udp tcp data sip'`, shortened. */
const packet = (protocols: string) => `<packet>
  <proto name="frame">
    <field name="frame.number" show="7"/>
    <field name="frame.time_epoch" show="1795649007.25"/>
  </proto>
  <proto name="ip"><field name="ip.src" show="127.0.0.2"/><field name="ip.dst" show="127.0.0.22"/></proto>
  ${protocols}
</packet>`;
const udp = '<proto name="udp"><field name="udp.srcport" show="5060"/><field name="udp.dstport" show="5062"/></proto>';
const tcp = '<proto name="tcp"><field name="tcp.srcport" show="5060"/><field name="tcp.dstport" show="5062"/></proto>';
const notify = `<proto name="sip">
  <field name="sip.Request-Line" show="NOTIFY sip:2102@127.0.0.22 SIP/2.0"><field name="sip.Method" show="NOTIFY"/></field>
  <field name="sip.msg_hdr" show="">
    <field name="sip.Call-ID" show="a&amp;b"/>
    <field name="sip.CSeq" show="101 NOTIFY"><field name="sip.CSeq.seq" show="101"/><field name="sip.CSeq.method" show="NOTIFY"/></field>
  </field>
  <field name="sip.msg_body" show=""><proto name="xml"><field name="xml.tag" show="&lt;basic&gt;"><field name="xml.cdata" show="open"/></field></proto></field>
</proto>`;
const ok = `<proto name="sip">
  <field name="sip.Status-Line" show="SIP/2.0 200 OK"><field name="sip.Status-Code" show="200"/></field>
  <field name="sip.Call-ID" show="c"/><field name="sip.CSeq.seq" show="5"/><field name="sip.CSeq.method" show="INVITE"/>
</proto>`;

function read(text: string, chunk = text.length): CapturedFrame[] {
  const frames: CapturedFrame[] = [];
  const reader = new PdmlReader((frame) => frames.push(frame));
  const whole = `<?xml version="1.0" encoding="utf-8"?>\n<pdml version="0">\n${text}`;
  for (let at = 0; at < whole.length; at += chunk) reader.write(whole.slice(at, at + chunk));
  return frames;
}

const messagesOf = (frame?: CapturedFrame) => (frame ? sipMessagesOf(frame) : []);

describe('a capture as tshark prints it', () => {
  it.each([1, 7, 100_000])('is the same in parts of %i characters', (chunk) => {
    const [frame] = read(packet(udp + notify), chunk);
    expect(messagesOf(frame)).toMatchObject([
      {
        frame: 7,
        at: 1795649007.25,
        transport: 'udp',
        source: '127.0.0.2:5060',
        destination: '127.0.0.22:5062',
        method: 'NOTIFY',
        callId: 'a&b',
        cseq: 101,
        cseqMethod: 'NOTIFY',
      },
    ]);
    expect(messagesOf(frame)[0]?.status).toBeUndefined();
    expect(messagesOf(frame)[0]?.fields.get('xml.cdata')).toEqual(['open']);
  });

  it('has every message of a TCP segment that holds several', () => {
    const [frame] = read(packet(tcp + ok + notify));
    expect(
      messagesOf(frame).map(({ transport, status, method, callId }) => [transport, status ?? method, callId]),
    ).toEqual([
      ['tcp', 200, 'c'],
      ['tcp', 'NOTIFY', 'a&b'],
    ]);
  });

  it('has frames without SIP too', () => {
    const [frame, second] = read(packet(`${udp}<proto name="data"><field name="data.data" show="6d:61"/></proto>`) + packet(udp)); // prettier-ignore
    expect(messagesOf(frame)).toEqual([]);
    expect(frame?.fields.get('data.data')).toEqual(['6d:61']);
    expect(messagesOf(second)).toEqual([]);
  });

  it('has every Skinny message of a segment, and how many octets of each no field has', () => {
    const skinny = (pos: number, size: number, last: string) =>
      `<proto name="skinny" pos="${pos}" size="${size}"><field name="skinny.messageId" pos="${pos + 8}" size="4" show="326"/>` +
      `<field name="" show="group" pos="${pos + 12}" size="8"><field name="skinny.featureStatus" pos="${pos + 12}" size="4" show="2"/></field>${last}</proto>`;
    const label = '<field name="skinny.featureTextLabel" pos="120" size="4" show="Bob"/>';
    const [frame] = read(packet(tcp + skinny(66, 20, '') + skinny(100, 26, label)));
    expect(frame?.pdus.map(({ fields, undecoded }) => [fields.get('skinny.featureStatus'), undecoded])).toEqual([
      [['2'], 0],
      [['2'], 2],
    ]);
    expect(frame?.complaints).toEqual([]);
  });

  it.each([
    ['a malformed message', '<proto name="_ws.malformed" showname="[Malformed Packet: SKINNY]"><field name="_ws.expert"><field name="_ws.expert.group" showname="Group: Malformed" show="117440512"/></field><proto name="_ws.malformed" showname="Malformed Packet"/></proto>', '[Malformed Packet: SKINNY]'],
    ['a message that was cut', '<proto name="_ws.short" showname="[Packet size limited during capture: SKINNY truncated]"/>', '[Packet size limited during capture: SKINNY truncated]'],
    ['segments that do not fit', '<proto name="tcp"><field name="tcp.segments"><field name="tcp.segment.error" showname="Reassembling error"/></field></proto>', 'Reassembling error'],
    ['a remark on reassembly', '<proto name="tcp"><field name="_ws.expert"><field name="_ws.expert.group" showname="Group: Reassemble" show="134217728"/></field></proto>', 'Group: Reassemble'],
  ])('says once in what tshark complains of: %s', (_what, text, complaint) => {
    expect(read(packet(text))[0]?.complaints).toEqual([complaint]);
  }); // prettier-ignore

  it('finds nothing wrong with a connection that begins and ends', () => {
    const remark = '<field name="_ws.expert"><field name="_ws.expert.group" showname="Group: Sequence" show="33554432"/></field>'; // prettier-ignore
    expect(read(packet(`<proto name="tcp">${remark}</proto>`))[0]?.complaints).toEqual([]);
  });

  it('is refused where it is no XML', () => {
    expect(() => read('<packet><proto name=>')).toThrow();
  });
});
