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

/** One frame of a capture. */
export interface CapturedFrame {
  /** Fields outside of SIP: `frame.number`, `ip.src`, `udp.srcport`, `data.data`. */
  readonly fields: Fields;
  /** None in a frame that is not SIP, several where TCP put them into one segment. */
  readonly messages: readonly CapturedMessage[];
}

/** Reads what `tshark -T pdml` prints, as it comes, and hands over each frame when it is complete. */
export class PdmlReader {
  private readonly parser = new SaxesParser();

  constructor(onFrame: (frame: CapturedFrame) => void) {
    let frame = new Map<string, string[]>();
    let messages: Map<string, string[]>[] = [];
    let open: string[] = [];
    this.parser.on('opentag', ({ name, attributes }) => {
      const { name: field = '', show = '' } = attributes;
      if (name === 'packet') {
        frame = new Map();
        messages = [];
        open = [];
      } else if (name === 'proto') {
        open.push(field);
        if (field === 'sip') messages.push(new Map());
      } else if (name === 'field' && field !== '') {
        const fields = (open.includes('sip') ? messages.at(-1) : undefined) ?? frame;
        const values = fields.get(field);
        if (values) values.push(show);
        else fields.set(field, [show]);
      }
    });
    this.parser.on('closetag', ({ name }) => {
      if (name === 'proto') open.pop();
      if (name === 'packet') onFrame({ fields: frame, messages: messages.map((fields) => messageOf(fields, frame)) });
    });
    this.parser.on('error', (error) => {
      throw error;
    });
  }

  /** Takes the next part of the text, cut anywhere. @throws Error when it is no XML */
  write(text: string): void {
    this.parser.write(text);
  }
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
