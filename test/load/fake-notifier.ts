/**
 * A server of one file for testing the load tool: registrar, notifier and a way for calls, with faults to order. It
 * keeps no transactions and sends nothing twice unless told so.
 */
import { createSocket, type Socket } from 'node:dgram';
import type { Endpoint } from './fleet';
import { answerTo, newScanned, scan, type Scanned, uriIn, valueOf } from './wire';

/** What the fake does wrong; each counts the NOTIFYs after which it happens once. */
export interface Faults {
  /** Faults of NOTIFY begin after so many of them. */
  readonly after?: number;
  readonly dropEvery?: number;
  /** Sends the same NOTIFY again, as a retransmission. */
  readonly repeatEvery?: number;
  /** Sends the same lamp again with a new CSeq. */
  readonly duplicateEvery?: number;
  /** Shows the opposite lamp after the right one. */
  readonly contradictEvery?: number;
  /** Sends with a CSeq lower than the last. */
  readonly lowerCSeqEvery?: number;
  readonly refuseInviteEvery?: number;
}

interface Watch {
  readonly head: string;
  readonly to: Endpoint;
  cseq: number;
}

export class FakeNotifier {
  sent = 0;
  answered = 0;
  private socket!: Socket;
  private readonly contacts = new Map<string, Endpoint>();
  private readonly watches = new Map<string, Watch[]>();
  /** Numbers in use, by the call that makes them so. */
  private readonly inUse = new Map<string, string>();
  private readonly bodies = new Map<string, string>();
  private readonly scanned = newScanned();
  private readonly parties = new Map<string, readonly [caller: string, callee: string]>();
  private branches = 0;
  private invites = 0;

  constructor(private readonly faults: Faults = {}) {}

  async open(port = 0): Promise<Endpoint> {
    this.socket = createSocket({
      type: 'udp4',
      recvBufferSize: 4 * 1024 * 1024,
      lookup: (host, _options, callback) => callback(null, host, 4),
    });
    this.socket.on('message', (bytes, source) => this.onMessage(bytes, { host: source.address, port: source.port }));
    await new Promise<void>((resolve) => this.socket.bind(port, '127.0.0.1', resolve));
    return { host: '127.0.0.1', port: this.socket.address().port };
  }

  close(): void {
    this.socket.close();
  }

  private onMessage(bytes: Buffer, source: Endpoint): void {
    const message = this.scanned;
    if (!scan(bytes, message)) return;
    const { text } = message;
    if (text.startsWith('SIP/2.0 ')) {
      if (message.cseq.includes('NOTIFY')) this.answered += 1;
      else this.passAnswer(message);
      return;
    }
    const user = /^\S+ sip:(?:([^@]+)@)?/.exec(text)?.[1] ?? '';
    if (text.startsWith('REGISTER ')) this.register(message, source);
    else if (text.startsWith('SUBSCRIBE ')) this.subscribe(message, source, user);
    else this.passRequest(message, source, user);
  }

  private register(message: Scanned, source: Endpoint): void {
    const number = /sip:([^@]+)@/.exec(message.to)?.[1] ?? '';
    this.contacts.set(number, source);
    this.send(answerTo(message, '200 OK', 'fake', `${message.contact.trimEnd()};expires=3600\r\n`), source);
  }

  private subscribe(message: Scanned, source: Endpoint, number: string): void {
    const eventPackage = /^Event: (\w+)/im.exec(message.text)?.[1] ?? 'presence';
    const tag = `n${number}`;
    this.send(answerTo(message, '200 OK', tag, `Expires: 3600\r\nContact: ${this.contact()}\r\n`), source);
    const type = eventPackage === 'dialog' ? 'application/dialog-info+xml' : 'application/pidf+xml';
    const head =
      `Max-Forwards: 70\r\nFrom: ${valueOf(message.to)};tag=${tag}\r\nTo: ${valueOf(message.from)}\r\n${message.callId}Contact: ${this.contact()}\r\n` +
      `Event: ${eventPackage}\r\nSubscription-State: active;expires=3600\r\nContent-Type: ${type}\r\n`;
    const watch: Watch = { head: `${uriIn(message.contact)}\n${head}`, to: source, cseq: 100 };
    this.watches.set(number, [...(this.watches.get(number) ?? []), watch]);
    this.notify(watch, this.bodyOf(eventPackage, number), this.bodyOf(eventPackage, number));
  }

  private notify(watch: Watch, body: string, opposite: string): void {
    watch.cseq += 1;
    this.sent += 1;
    const faulty = this.sent > (this.faults.after ?? 0);
    const isDue = (every?: number) => faulty && every !== undefined && this.sent % every === 0;
    if (isDue(this.faults.dropEvery)) return;
    const text = this.textOf(watch, watch.cseq, body);
    this.send(text, watch.to);
    if (isDue(this.faults.repeatEvery)) this.send(text, watch.to);
    if (isDue(this.faults.duplicateEvery)) this.send(this.textOf(watch, ++watch.cseq, body), watch.to);
    if (isDue(this.faults.contradictEvery)) this.send(this.textOf(watch, ++watch.cseq, opposite), watch.to);
    if (isDue(this.faults.lowerCSeqEvery)) this.send(this.textOf(watch, watch.cseq - 1, body), watch.to);
  }

  private textOf(watch: Watch, cseq: number, body: string): string {
    const split = watch.head.indexOf('\n');
    const via = `Via: SIP/2.0/UDP 127.0.0.1:${this.socket.address().port};branch=z9hG4bKn${++this.branches};rport\r\n`;
    return `NOTIFY ${watch.head.slice(0, split)} SIP/2.0\r\n${via}${watch.head.slice(split + 1)}CSeq: ${cseq} NOTIFY\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  }

  private bodyOf(eventPackage: string, number: string, inUse = this.inUse.has(number)): string {
    const key = `${eventPackage}${number}${inUse}`;
    let body = this.bodies.get(key);
    if (body === undefined)
      this.bodies.set(key, (body = eventPackage === 'dialog' ? dialogInfo(number, inUse) : pidf(number, inUse)));
    return body;
  }

  private show(number: string, call: string | undefined): void {
    if (this.inUse.has(number) === (call !== undefined)) return;
    if (call === undefined) this.inUse.delete(number);
    else this.inUse.set(number, call);
    for (const watch of this.watches.get(number) ?? []) {
      const eventPackage = watch.head.includes('Event: dialog') ? 'dialog' : 'presence';
      this.notify(watch, this.bodyOf(eventPackage, number), this.bodyOf(eventPackage, number, call === undefined));
    }
  }

  /** Calls pass through as by a proxy that stays in the path by giving its own Contact. */
  private passRequest(message: Scanned, source: Endpoint, number: string): void {
    const contact = this.contacts.get(number);
    const { callId } = message;
    if (message.text.startsWith('INVITE ')) {
      const caller = /sip:([^@]+)@/.exec(message.from)?.[1] ?? '';
      this.invites += 1;
      if (
        !contact ||
        (this.faults.refuseInviteEvery !== undefined && this.invites % this.faults.refuseInviteEvery === 0)
      ) {
        this.send(answerTo(message, '480 Temporarily Unavailable', 'fake'), source);
        return;
      }
      this.send(answerTo(message, '100 Trying'), source);
      this.parties.set(callId, [caller, number]);
      this.show(caller, callId);
      this.show(number, callId);
    }
    if (message.text.startsWith('BYE ')) {
      for (const party of this.parties.get(callId) ?? []) this.show(party, undefined);
      this.parties.delete(callId);
    }
    if (!contact) return;
    const via = `Via: SIP/2.0/UDP 127.0.0.1:${this.socket.address().port};branch=z9hG4bKp${++this.branches}-${source.port};rport\r\n`;
    const first = message.text.indexOf('\r\n') + 2;
    this.send(this.withOwnContact(message, message.text.slice(0, first) + via + message.text.slice(first)), contact);
  }

  private passAnswer(message: Scanned): void {
    const end = message.via.indexOf('\r\n') + 2;
    const back = /branch=z9hG4bKp\d+-(\d+)/.exec(message.via)?.[1];
    if (back === undefined) return;
    this.send(this.withOwnContact(message, message.text.replace(message.via.slice(0, end), '')), {
      host: '127.0.0.1',
      port: Number(back),
    });
  }

  private withOwnContact(message: Scanned, text: string): string {
    if (!message.contact) return text;
    const user = /sip:([^@]+)@/.exec(message.contact)?.[1] ?? '';
    return text.replace(message.contact, `Contact: ${this.contact(user)}\r\n`);
  }

  private contact(user = 'fake'): string {
    return `<sip:${user}@127.0.0.1:${this.socket.address().port}>`;
  }

  private send(text: string, to: Endpoint): void {
    this.socket.send(Buffer.from(text, 'latin1'), to.port, to.host);
  }
}

function pidf(number: string, inUse: boolean): string {
  const person = inUse ? '<dm:person id="p1"><rpid:activities><rpid:on-the-phone/></rpid:activities></dm:person>' : '';
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\r\n<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" ` +
    `xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:${number}@127.0.0.1"><tuple id="t1"><status><basic>open</basic></status>` +
    `${inUse ? '<note>On the phone</note>' : ''}</tuple>${person}</presence>\r\n`
  );
}

function dialogInfo(number: string, inUse: boolean): string {
  const dialog = inUse ? '<dialog id="d1" direction="initiator"><state>confirmed</state></dialog>' : '';
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\r\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" ` +
    `entity="sip:${number}@127.0.0.1">${dialog}</dialog-info>\r\n`
  );
}
