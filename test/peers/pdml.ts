import { SaxesParser } from 'saxes';

/** One SIP message as tshark decoded it. */
export interface CapturedMessage {
  /** Number of its frame in the capture. */
  readonly frame: number;
  /** When the frame was seen, in seconds since 1970. */
  readonly at: number;
  readonly transport: 'udp' | 'tcp';
  /** `address:port`. */
  readonly source: string;
  readonly destination: string;
  /** Of a request. */
  readonly method?: string;
  /** Of a response. */
  readonly status?: number;
  readonly callId: string;
  readonly cseq: number;
  /** The method in CSeq. */
  readonly cseqMethod: string;
  /** Every field of the message and of the XML document in it, by tshark's name: `sip.Subscription-State`, `xml.tag`. */
  readonly fields: Fields;
}

export type Fields = ReadonlyMap<string, readonly string[]>;

/** One message of a protocol that a frame carries, as far as all protocols have it. */
export interface CapturedPdu {
  readonly protocol: CarriedProtocol;
  readonly fields: Fields;
  /** Octets at its end that are in no field. */
  readonly undecoded: number;
}

const carried = ['sip', 'skinny'] as const;
export type CarriedProtocol = (typeof carried)[number];

/** One frame of a capture. */
export interface CapturedFrame {
  /** Fields outside of the messages: `frame.number`, `ip.src`, `udp.srcport`, `data.data`. */
  readonly fields: Fields;
  /** None in a frame of other protocols, several where TCP put them into one segment. */
  readonly pdus: readonly CapturedPdu[];
  /** What tshark finds wrong with how it can be taken apart, in its words: malformed, cut short, not put together. */
  readonly complaints: readonly string[];
}

/** A PDU while its fields come; where the last one ended, by tshark's count of octets. */
interface OpenPdu {
  readonly protocol: CarriedProtocol;
  readonly fields: Map<string, string[]>;
  readonly end: number;
  decodedTo: number;
}

/** Protocols and fields by which tshark says that it could not read what it read. */
const complaintNames = new Set(['_ws.malformed', '_ws.short', '_ws.unreassembled', 'tcp.segment.error']);
/** The same, for a remark whose text stands in it: its group [wireshark epan/proto.h PI_MALFORMED, PI_REASSEMBLE]. */
const complaintGroups = new Set([0x07000000, 0x08000000]);

/** Reads what `tshark -T pdml` prints, as it comes, and hands over each frame when it is complete. */
export class PdmlReader {
  private readonly parser = new SaxesParser();
  private frame = new Map<string, string[]>();
  private pdus: OpenPdu[] = [];
  private complaints: string[] = [];
  private open: string[] = [];

  constructor(onFrame: (frame: CapturedFrame) => void) {
    this.parser.on('opentag', ({ name, attributes }) => {
      if (name === 'packet') this.begin();
      else if (name === 'proto') this.openProtocol(attributes);
      else if (name === 'field') this.take(attributes);
    });
    this.parser.on('closetag', ({ name }) => {
      if (name === 'proto') this.open.pop();
      if (name === 'packet') onFrame(this.whole());
    });
    this.parser.on('error', (error) => {
      throw error;
    });
  }

  /** Takes the next part of the text, cut anywhere. @throws Error when it is no XML */
  write(text: string): void {
    this.parser.write(text);
  }

  private begin(): void {
    this.frame = new Map();
    this.pdus = [];
    this.complaints = [];
    this.open = [];
  }

  private openProtocol({ name = '', showname = '', pos, size }: Attributes): void {
    // Inside another one it is the same complaint again.
    if (complaintNames.has(name) && this.open.length === 0) this.complaints.push(showname);
    this.open.push(name);
    const protocol = carried.find((each) => each === name);
    if (protocol) {
      const start = Number(pos);
      this.pdus.push({ protocol, fields: new Map(), end: start + Number(size), decodedTo: start });
    }
  }

  private take({ name = '', show = '', showname = '', pos, size }: Attributes): void {
    const pdu = this.open.some((each) => carried.some((protocol) => protocol === each)) ? this.pdus.at(-1) : undefined;
    if (pdu) pdu.decodedTo = Math.max(pdu.decodedTo, Number(pos) + Number(size));
    const isComplaint = name === '_ws.expert.group' && complaintGroups.has(Number(show));
    if ((isComplaint && !this.open.includes('_ws.malformed')) || complaintNames.has(name))
      this.complaints.push(showname);
    if (name === '') return;
    const fields = pdu?.fields ?? this.frame;
    const values = fields.get(name);
    if (values) values.push(show);
    else fields.set(name, [show]);
  }

  private whole(): CapturedFrame {
    const pdus = this.pdus.map(({ protocol, fields, end, decodedTo }) => ({
      protocol,
      fields,
      undecoded: Math.max(0, end - decodedTo),
    }));
    return { fields: this.frame, pdus, complaints: this.complaints };
  }
}

type Attributes = Readonly<Record<string, string>>;

/** The SIP messages of a frame. */
export function sipMessagesOf({ fields, pdus }: CapturedFrame): CapturedMessage[] {
  return pdus.filter(({ protocol }) => protocol === 'sip').map((pdu) => messageOf(pdu.fields, fields));
}

function messageOf(fields: Fields, frame: Fields): CapturedMessage {
  const transport = frame.has('udp.srcport') ? 'udp' : 'tcp';
  const method = first(fields, 'sip.Method');
  const status = first(fields, 'sip.Status-Code');
  return {
    frame: Number(first(frame, 'frame.number')),
    at: Number(first(frame, 'frame.time_epoch')),
    transport,
    source: `${first(frame, 'ip.src')}:${first(frame, `${transport}.srcport`)}`,
    destination: `${first(frame, 'ip.dst')}:${first(frame, `${transport}.dstport`)}`,
    ...(method !== undefined && { method }),
    ...(status !== undefined && { status: Number(status) }),
    callId: first(fields, 'sip.Call-ID') ?? '',
    cseq: Number(first(fields, 'sip.CSeq.seq')),
    cseqMethod: first(fields, 'sip.CSeq.method') ?? '',
    fields,
  };
}

/** The first value of a field. */
export function first(fields: Fields, name: string): string | undefined {
  return fields.get(name)?.[0];
}
