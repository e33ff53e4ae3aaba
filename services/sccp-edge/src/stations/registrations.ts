import { type Bindings, type Hold, isUnavailable, type RegistrationKeeper } from '@linewatch/edge';
import type { Binding, FlowRecord, LineNumber } from '@linewatch/presence';
import type { Clock, LabelledCounter, RateLimitedLog } from '@linewatch/runtime';
import type { Phone } from './phone';

export interface RegistrationPorts {
  readonly bindings: Pick<Bindings, 'change'>;
  readonly keeper: Pick<RegistrationKeeper, 'watch'>;
  readonly hold: Pick<Hold, 'run'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly edge: { readonly id: string; readonly epoch: number };
  /** Registers by their answer. */
  readonly answers: LabelledCounter;
  readonly floodLog: Pick<RateLimitedLog, 'error'>;
}

/** A phone on its connection. */
export interface Registrant {
  readonly phone: Phone;
  readonly deviceName: string;
  readonly flow: FlowRecord & { readonly connection: string };
}

/** Of a line, the LINES sequence of its registration. */
export type Recorded = ReadonlyMap<LineNumber, number>;

/**
 * How long a registration stands in the facts without being said again. It ends with its connection, or is not believed
 * any more when its edge is lost [design law 4]; this is the bound for what neither of them ends.
 */
export const REGISTRATION_MS = 24 * 3_600_000;

/** The registrations of phones of this edge: a fact for each of their lines, durable before they hear of it [design law 2]. */
export class Registrations {
  constructor(private readonly ports: RegistrationPorts) {}

  /** Writes down that a phone is here; undefined when that could not be done in time. */
  async record(registrant: Registrant): Promise<Recorded | undefined> {
    const { phone, flow } = registrant;
    const recorded = new Map<LineNumber, number>();
    const done = await this.forEachLine(phone, async (line) => {
      const { bindings, keeper } = this.ports;
      const all = await bindings.change(line, phone.device, (current) => {
        const isHere = current.some((binding) => binding.flow.connection === flow.connection);
        return { cause: isHere ? 'refreshed' : 'registered', bindings: [this.bindingOf(registrant)] };
      });
      const own = all[phone.device];
      recorded.set(line, own?.seq ?? 0);
      keeper.watch(line, phone.device, own?.bindings ?? []);
    });
    this.ports.answers.of(done ? 'registered' : 'unavailable').add();
    return done ? recorded : undefined;
  }

  /** Writes down that a phone has left; what it registered elsewhere meanwhile stays. False: not done in time. */
  async remove({ phone, flow }: Pick<Registrant, 'phone' | 'flow'>): Promise<boolean> {
    return this.forEachLine(phone, async (line) => {
      const { bindings, keeper } = this.ports;
      const all = await bindings.change(line, phone.device, (current) =>
        current.some((binding) => binding.flow.connection === flow.connection)
          ? { cause: 'unregistered', bindings: [] }
          : undefined,
      );
      keeper.watch(line, phone.device, all[phone.device]?.bindings ?? []);
    });
  }

  private async forEachLine({ device, numbers }: Phone, step: (line: LineNumber) => Promise<void>): Promise<boolean> {
    const { hold, floodLog } = this.ports;
    const ends = await Promise.all(
      numbers.map((line) =>
        hold
          .run(() => step(line))
          .catch((err: unknown) => {
            if (!isUnavailable(err)) floodLog.error('registration', 'a registration failed', { line, device, err });
            return 'gave-up' as const;
          }),
      ),
    );
    return !ends.includes('gave-up');
  }

  private bindingOf({ deviceName, flow }: Registrant): Binding {
    const { clock, edge } = this.ports;
    return {
      contact: `sccp:${deviceName}@${flow.remote.host}:${flow.remote.port}`,
      params: '',
      q: 1,
      expiresAt: clock.now() + REGISTRATION_MS,
      callId: flow.connection,
      cseq: 1,
      flow,
      path: [],
      edge: edge.id,
      epoch: edge.epoch,
      connectionBound: true,
    };
  }
}
