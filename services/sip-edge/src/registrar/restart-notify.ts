import { type Config, type VoiceRegisterPool } from '@linewatch/config';
import { type Bindings, type LineBindings, type RegistrationKeeper, slicesOf } from '@linewatch/edge';
import {
  type Binding,
  type DeviceName,
  type EdgeId,
  flowText,
  type LineNumber,
  type PhoneOrderRequest,
} from '@linewatch/presence';
import { type Flow, parseNameAddr, request, type SipRequest } from '@linewatch/sip';
import { partyAddress, sticksToFlow } from '../calls/invitation';
import type { SipSender } from '../endpoint/user-agent';
import { USER_AGENT } from '../subscriptions/notify-message';

/** A binding of a line. */
interface ReachedBinding {
  readonly line: LineNumber;
  readonly binding: Binding;
}

/** A phone as this edge reaches it: each flow on which it registered here, by one of its bindings. */
export interface ReachedPhone {
  readonly device: DeviceName;
  readonly bindings: readonly ReachedBinding[];
}

/** Where a phone's registrations here are found. */
export interface ReachedPhonePorts {
  readonly keeper: Pick<RegistrationKeeper, 'registrations'>;
  readonly bindings: Pick<Bindings, 'of'>;
  readonly edge: EdgeId;
}

/** Lines whose bindings are read at one time. */
const LINES_AT_ONCE = 200;

/**
 * The phones that registered here, or the one of that name, by their bindings as they are stored now. A phone registers
 * each of its lines on one flow, and is to hear an order once.
 * @throws UnavailableError when the bindings cannot be read
 */
export async function reachedPhones(
  { keeper, bindings, edge }: ReachedPhonePorts,
  now: number,
  named?: DeviceName,
): Promise<readonly ReachedPhone[]> {
  const found = new Map<DeviceName, Map<string, ReachedBinding>>();
  for await (const slice of slicesOf(keeper.registrations(named), LINES_AT_ONCE)) {
    const read = await Promise.all(slice.map(({ line }) => bindings.of(line)));
    slice.forEach(({ line, device }, at) => {
      const byFlow = found.get(device) ?? new Map<string, ReachedBinding>();
      for (const binding of ownBindings(read[at], device, edge, now)) {
        const flow = flowText(binding.flow);
        if (!byFlow.has(flow)) byFlow.set(flow, { line, binding });
      }
      if (byFlow.size > 0) found.set(device, byFlow);
    });
  }
  return [...found].map(([device, byFlow]) => ({ device, bindings: [...byFlow.values()] }));
}

function ownBindings(all: LineBindings | undefined, device: DeviceName, edge: EdgeId, now: number): Binding[] {
  const { bindings = [] } = all?.[device] ?? {};
  return bindings.filter((binding) => binding.edge === edge && binding.expiresAt > now);
}

/**
 * The NOTIFY, outside of any dialog, by which a phone registers again or starts anew: `service-control` as Cisco's phones
 * know it, `check-sync` for others.
 */
export function restartNotify(
  sender: Pick<SipSender, 'contact' | 'host' | 'newTag' | 'newCallId'>,
  { line, binding }: ReachedBinding,
  order: PhoneOrderRequest['order'],
  isCisco: boolean,
): SipRequest {
  const address = partyAddress(sender.host, { number: line });
  const event = isCisco ? 'service-control' : `check-sync;reboot=${order === 'reset'}`;
  return request({
    method: 'NOTIFY',
    uri: binding.contact,
    route: binding.path,
    from: `${address};tag=${sender.newTag()}`,
    to: address,
    callId: sender.newCallId(),
    cseq: 101,
    contact: sender.contact(binding.flow, line),
    headers: [
      { name: 'Event', value: event },
      { name: 'Subscription-State', value: 'active' },
      { name: 'User-Agent', value: USER_AGENT },
    ],
    ...(isCisco && { contentType: 'text/plain', body: serviceControl(order, binding) }),
  });
}

/** Where that NOTIFY goes. */
export function flowOfNotify(sender: Pick<SipSender, 'flowTo'>, { binding }: ReachedBinding): Flow {
  const flow = binding.flow as Flow;
  if (sticksToFlow(binding)) return flow;
  return sender.flowTo(parseNameAddr(binding.path[0] ?? '')?.uri ?? binding.contact, flow);
}

/** A phone with a Cisco model as `type`, or one that says in its Contact that it is. */
export function isCiscoPhone(config: Pick<Config, 'pools'>, device: DeviceName, { params }: Binding): boolean {
  return poolOf(config, device)?.type !== undefined || /\+u\.sip!(?:devicename|model)\.ccm\.cisco\.com/i.test(params);
}

function poolOf({ pools }: Pick<Config, 'pools'>, device: DeviceName): VoiceRegisterPool | undefined {
  return pools[Number(/^pool:(\d+)$/.exec(device)?.[1])];
}

/** The phone takes the order for the registration that it made with this Call-ID. */
function serviceControl(order: PhoneOrderRequest['order'], { callId }: Binding): Buffer {
  const stamps = ['ConfigVersionStamp', 'DialplanVersionStamp', 'SoftkeyVersionStamp'].map((name) => `${name}={0}`);
  return Buffer.from(
    [`action=${order}`, `RegisterCallId={${callId}}`, ...stamps].map((line) => `${line}\r\n`).join(''),
  );
}
