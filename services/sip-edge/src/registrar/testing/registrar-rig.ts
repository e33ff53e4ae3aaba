import { applyCommands, emptyConfig } from '@linewatch/config';
import type { BusStatus } from '@linewatch/bus';
import { Bindings, Directory, Hold, ManualClock, MemoryLines, RegistrationKeeper, settle } from '@linewatch/edge';
import { Metrics, RateLimitedLog } from '@linewatch/runtime';
import { headerLines, type Flow, type SipResponse } from '@linewatch/sip';
import { Authentication } from '../../authentication';
import { Endpoint } from '../../endpoint/endpoint';
import { FakeTransport, flowOf } from '../../testing/fake-transport';
import { Registrar } from '../registrar';

/** What is logged as an error is a mistake of ours, and fails the test. */
const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object) => {
    throw (fields as { err?: Error }).err ?? new Error(JSON.stringify(fields));
  },
};

export const MAC = '00156247ef90';

/** One phone by its MAC address, one by its address, one by its network, one by all of these that shares a line. */
export const PHONES = [
  'voice service voip', ' sip', '  registrar server expires max 600 min 60',
  'voice register global', ' mode cme', ' source-address 127.0.0.2 port 5060', ' max-dn 20', ' max-pool 20',
  'voice register dn 1', ' number 2101', ' allow watch',
  'voice register dn 2', ' number 2102',
  'voice register dn 3', ' number 2103',
  'voice register dn 4', ' number 21..',
  'voice register dn 5', ' number 2105',
  'voice register pool 1', ' id mac 0015.6247.EF90', ' number 1 dn 1',
  'voice register pool 2', ' id ip 127.0.0.22', ' number 1 dn 2',
  'voice register pool 3', ' id network 127.0.3.0 mask 255.255.255.0', ' number 1 dn 3', ' number 2 dn 1',
]; // prettier-ignore

/** What a REGISTER is made of; each part has a default that works. */
export interface RegisterParts {
  readonly number?: string;
  /** Contact lines as they are; one that works when absent. */
  readonly contacts?: readonly string[];
  readonly expires?: number | string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly uri?: string;
  readonly to?: string;
  readonly from?: string;
  readonly via?: string;
  readonly fields?: readonly string[];
  readonly body?: string;
  readonly flow?: Flow;
}

/** The registrar of an edge between a fake socket and a stream in memory, with time in the test's hands. */
export class RegistrarRig {
  readonly clock = new ManualClock();
  readonly lines: MemoryLines;
  readonly socket = new FakeTransport();
  readonly stream = Object.assign(new FakeTransport(), {
    isOpen: (flow: Flow) => this.open.has(flow.connection ?? ''),
  });
  readonly open = new Set<string>();
  readonly directory: Directory;
  readonly bindings: Bindings;
  readonly hold: Hold;
  readonly keeper: RegistrationKeeper;
  readonly endpoint: Endpoint;
  private readonly statusListeners = new Set<(status: BusStatus) => void>();
  private branches = 0;
  private cseq = 0;

  constructor(commands: readonly string[] = PHONES, edge = { id: 'sip-edge-1', epoch: 7 }, lines = new MemoryLines()) {
    this.lines = lines;
    this.directory = new Directory(emptyConfig());
    this.configure(...commands);
    const metrics = new Metrics();
    const floodLog = new RateLimitedLog(log, this.clock);
    const { clock, directory } = this;
    const { wheel } = clock;
    let tokens = 0;
    this.endpoint = new Endpoint({
      wheel,
      clock,
      advertised: { host: '127.0.0.2', port: 5060 },
      branchPrefix: 'test',
      newToken: () => `t${(tokens += 1)}`,
      floodLog,
      messages: metrics.counters('messages_total', 'test', 'kind'),
    });
    this.endpoint.attach('udp', this.socket);
    this.endpoint.attach('tcp', this.stream);
    this.bindings = new Bindings(this.lines.bus, this.lines.table);
    const bus = {
      onStatus: (listener: (status: BusStatus) => void) => {
        this.statusListeners.add(listener);
        return () => this.statusListeners.delete(listener);
      },
    };
    const counter = metrics.counter('test_total', 'test');
    this.hold = new Hold({ wheel, clock, bus, held: counter, gaveUp: counter });
    this.keeper = new RegistrationKeeper({
      bindings: this.bindings,
      wheel,
      clock,
      edge,
      isOpen: (flow) => this.stream.isOpen(flow),
      ended: metrics.counters('ended_total', 'test', 'cause'),
      floodLog,
    });
    let salts = 0;
    const registrar = new Registrar({
      directory,
      bindings: this.bindings,
      hold: this.hold,
      authentication: new Authentication({
        secret: 'a secret of all edges',
        clock,
        newSalt: () => `salt${String((salts += 1)).padStart(8, '0')}`,
        forgotten: counter,
      }),
      sender: this.endpoint,
      keeper: this.keeper,
      clock,
      edge,
      localAddresses: ['192.0.2.77'],
      answers: metrics.counters('register_total', 'test', 'status'),
      displaced: counter,
      floodLog,
    });
    this.endpoint.handle('REGISTER', (incoming) => registrar.handle(incoming));
    this.endpoint.onClosed((flow) => void this.keeper.connectionClosed(flow.connection ?? ''));
    this.endpoint.accept(true);
  }

  /** Sends a REGISTER and gives its final answer, which must be there without time passing. */
  async register(parts: RegisterParts = {}): Promise<SipResponse> {
    const before = this.answers().length;
    await this.hear(this.textOf(parts), parts.flow);
    const answers = this.answers().slice(before);
    if (answers.length !== 1) throw new Error(`${answers.length} answers to one REGISTER`);
    return answers[0] as SipResponse;
  }

  /** The text of a REGISTER: from pool 1 unless told otherwise, with a CSeq higher than all before. */
  textOf(parts: RegisterParts = {}): string {
    this.branches += 1;
    this.cseq = parts.cseq ?? this.cseq + 1;
    const { number = '2101', flow = flowOf(), callId = 'one', fields = [], body = '' } = parts;
    const contacts = parts.contacts ?? [contactOf(number, flow)];
    const transport = flow.transport.toUpperCase();
    const { host, port } = flow.remote;
    return [
      `REGISTER ${parts.uri ?? 'sip:127.0.0.2'} SIP/2.0`,
      `Via: ${parts.via ?? `SIP/2.0/${transport} ${host}:${port};branch=z9hG4bKreg${this.branches}`}`,
      `From: ${parts.from ?? `<sip:${number}@127.0.0.2>;tag=from`}`,
      `To: ${parts.to ?? `<sip:${number}@127.0.0.2>`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${this.cseq} REGISTER`,
      ...contacts.map((contact) => `Contact: ${contact}`),
      ...(parts.expires === undefined ? [] : [`Expires: ${parts.expires}`]),
      ...fields,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
  }

  /** Something comes in on the wire. */
  async hear(text: string, flow: Flow = flowOf()): Promise<void> {
    this.endpoint.message(Buffer.from(text), flow);
    await settle();
  }

  /** Every answer to REGISTER until now, by whichever transport. */
  answers(): SipResponse[] {
    return [...this.socket.responses('REGISTER'), ...this.stream.responses('REGISTER')];
  }

  /** The edge's connection to NATS is back. */
  async reconnect(): Promise<void> {
    for (const listener of this.statusListeners) listener({ connected: true, server: 'fake', reconnects: 1 });
    await settle();
  }

  /** The contacts of a device of a line now, as the row has them. */
  async contacts(line = '2101', device = 'pool:1'): Promise<string[]> {
    return ((await this.bindings.of(line))[device]?.bindings ?? []).map(({ contact }) => contact);
  }

  /** Changes the running configuration. */
  configure(...commands: string[]): void {
    const { config, results } = applyCommands(this.directory.current().config, commands, {});
    const refused = results.filter(({ ok }) => !ok);
    if (refused.length > 0) throw new Error(JSON.stringify(refused));
    this.directory.apply(config);
  }
}

/** The contact of a phone at its flow's address, with pool 1's MAC address in its instance id. */
export function contactOf(number: string, flow: Flow = flowOf(), params = ''): string {
  const instance = `;+sip.instance="<urn:uuid:00000000-0000-0000-0000-${MAC}>"`;
  const transport = flow.transport === 'udp' ? '' : `;transport=${flow.transport}`;
  return `<sip:${number}@${flow.remote.host}:${flow.remote.port}${transport}>${instance}${params}`;
}

/** The URIs that a 200 lists, with the seconds each has left. */
export function listed(response: SipResponse): [uri: string, expires: number][] {
  return headerLines(response, 'Contact').map((line) => {
    const [, uri = '', expires = ''] = /<([^>]+)>.*;expires=(\d+)/.exec(line) ?? [];
    return [uri, Number(expires)];
  });
}

/** The flow of one TCP connection of a phone. */
export function connectionOf(connection: string, host = '127.0.0.21', port = 40_000): Flow {
  return { ...flowOf(host, port), transport: 'tcp', connection };
}
