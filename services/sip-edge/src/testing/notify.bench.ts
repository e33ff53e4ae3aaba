import { flowOf } from './fake-transport';
import { SubscriptionRig } from './subscription-rig';

/**
 * `npm run bench`: what a NOTIFY with its 200 costs this process, sockets left out. Prints microseconds of CPU for each
 * package, the median of five rounds; compare two versions in turns, as machines are noisy.
 */

const WATCHERS = 1_000;
const ROUNDS = 5;
const CHANGES = 20;

function subscribe(watcher: number, event: string): string {
  return [
    'SUBSCRIBE sip:2102@127.0.0.2 SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.21:5060;branch=z9hG4bKb${event}${watcher}`,
    `From: <sip:2101@127.0.0.2>;tag=w${watcher}`,
    'To: <sip:2102@127.0.0.2>',
    `Call-ID: bench-${event}-${watcher}@127.0.0.21`,
    'CSeq: 1000 SUBSCRIBE',
    'Contact: <sip:2101@127.0.0.21:5060>',
    `Event: ${event}`,
    'Expires: 3600',
    'Content-Length: 0',
    '',
    '',
  ].join('\n');
}

/** A socket that keeps branch and CSeq of what is sent, and nothing else. */
class CountingTransport {
  readonly local = { host: '127.0.0.2', port: 5060 };
  readonly answers: Buffer[] = [];

  send(bytes: Buffer): boolean {
    if (bytes[0] !== 78) return true;
    const text = bytes.toString('latin1');
    const via = text.slice(text.indexOf('Via: '), text.indexOf('\r\n', text.indexOf('Via: ')));
    const cseq = text.slice(text.indexOf('CSeq: '), text.indexOf('\r\n', text.indexOf('CSeq: ')));
    this.answers.push(
      Buffer.from(`SIP/2.0 200 OK\r\n${via}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\n${cseq}\r\nContent-Length: 0\r\n\r\n`), // prettier-ignore
    );
    return true;
  }

  async close(): Promise<void> {}
}

async function measure(event: 'presence' | 'dialog'): Promise<void> {
  const rig = new SubscriptionRig();
  await rig.lineShows('2102', 'idle');
  const socket = new CountingTransport();
  rig.endpoint.attach('udp', socket);
  for (let watcher = 0; watcher < WATCHERS; watcher += 1) await rig.hear(subscribe(watcher, event));
  const flow = flowOf();
  const answerAll = () => {
    for (const bytes of socket.answers.splice(0)) rig.endpoint.message(bytes, flow);
  };
  answerAll();
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    let cpu = 0;
    let count = 0;
    for (let change = 0; change < CHANGES; change += 1) {
      const busy = change % 2 === 0;
      const dialogs = busy
        ? [
            {
              id: `leg-${change}`,
              direction: 'recipient',
              state: 'early',
              held: false,
              peer: { number: '2101' },
            } as const,
          ]
        : [];
      const before = process.cpuUsage();
      await rig.lineShows('2102', busy ? 'in-use' : 'idle', dialogs);
      while (rig.notifications.waiting > 0) await new Promise((resolve) => setImmediate(resolve));
      count += socket.answers.length;
      answerAll();
      const used = process.cpuUsage(before);
      cpu += used.user + used.system;
    }
    costs.push(cpu / count);
  }
  costs.sort((a, b) => a - b);
  console.log(`${event}: ${costs[ROUNDS >> 1]?.toFixed(1)} us a NOTIFY with its 200 (best ${costs[0]?.toFixed(1)})`);
}

void measure('presence').then(() => measure('dialog'));
