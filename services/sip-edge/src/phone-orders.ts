import { type Bindings, PhoneOrders, type RegistrationKeeper } from '@linewatch/edge';
import type { EdgeIdentity, ServiceContext } from '@linewatch/runtime';
import type { SipSender } from './endpoint/user-agent';
import {
  flowOfNotify,
  isCiscoPhone,
  type ReachedPhone,
  reachedPhones,
  restartNotify,
} from './registrar/restart-notify';

/** What orders to the phones of this edge are carried out with. */
export interface SipPhoneOrderParts {
  readonly edge: Pick<EdgeIdentity, 'id' | 'holds'>;
  readonly keeper: Pick<RegistrationKeeper, 'registrations'>;
  readonly bindings: Pick<Bindings, 'of'>;
  readonly sender: SipSender;
}

/** `restart` and `reset` of the SIP phones that registered here: a NOTIFY to each, outside of any dialog. */
export function sipPhoneOrders(
  { clock, config, metrics, wheel }: Pick<ServiceContext, 'clock' | 'config' | 'metrics' | 'wheel'>,
  { edge, keeper, bindings, sender }: SipPhoneOrderParts,
): PhoneOrders<ReachedPhone> {
  const answered = metrics.counters('phone_orders_answered_total', 'NOTIFYs to start again by their answer', 'status');
  return new PhoneOrders<ReachedPhone>({
    edge,
    phones: (device) => reachedPhones({ keeper, bindings, edge: edge.id }, clock.now(), device),
    tell: ({ device, bindings: reached }, order) => {
      for (const one of reached) {
        const isCisco = isCiscoPhone(config.current(), device, one.binding);
        sender.request(restartNotify(sender, one, order, isCisco), flowOfNotify(sender, one), {
          response: ({ status }) => {
            if (status >= 200) answered.of(status < 300 ? '2xx' : String(status)).add();
          },
          failed: (why) => answered.of(why).add(),
        });
      }
    },
    config,
    wheel,
    told: metrics.counters('phone_orders_total', 'Phones that were told to start again, by how', 'order'),
  });
}
