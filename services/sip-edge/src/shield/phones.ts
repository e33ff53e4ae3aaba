import type { Address } from '@linewatch/sip';
import { type Account, type Budget, inherit, openAccount, rebudget } from './account';

interface Place {
  readonly account: Account;
  /** Until when each phone is registered, by its name; Unix milliseconds. */
  readonly phones: Map<string, number>;
}

/**
 * Where registered phones send from: each address and port has an account whose budget grows with the phones behind it, so
 * that a proxy's counts for all of its phones. As many as there are phones.
 */
export class RegisteredPhones {
  private readonly places = new Map<string, Place>();
  /** Where each phone was heard last: it does not begin anew by coming from another port. */
  private readonly placeOf = new Map<string, string>();

  constructor(private readonly budget: Budget) {}

  /** Addresses and ports that phones are registered from. */
  get size(): number {
    return this.places.size;
  }

  /** The account of an address and port, when a phone is registered from there. */
  accountOf(address: Address): Account | undefined {
    return this.places.get(keyOf(address))?.account;
  }

  accounts(): Account[] {
    return [...this.places.values()].map(({ account }) => account);
  }

  /** A phone is registered from there until then. */
  add(address: Address, phone: string, until: number, now: number): void {
    const key = keyOf(address);
    const before = this.placeOf.get(phone);
    if (before !== key) this.placeOf.set(phone, key);
    let place = this.places.get(key);
    if (!place) {
      place = { account: openAccount(this.budget, now), phones: new Map() };
      const used = before === undefined ? undefined : this.places.get(before)?.account;
      if (used) inherit(place.account, used);
      this.places.set(key, place);
    }
    const known = place.phones.get(phone);
    if (known === undefined || known < until) place.phones.set(phone, until);
    if (known === undefined) this.resize(place);
  }

  /** Forgets phones whose time is over. @param wallClock Unix milliseconds */
  sweep(wallClock: number): void {
    for (const [key, place] of this.places) {
      const before = place.phones.size;
      for (const [phone, until] of place.phones) {
        if (until > wallClock) continue;
        place.phones.delete(phone);
        if (this.placeOf.get(phone) === key) this.placeOf.delete(phone);
      }
      if (place.phones.size === 0) this.places.delete(key);
      else if (place.phones.size < before) this.resize(place);
    }
  }

  private resize({ account, phones }: Place): void {
    const { burst, perSecond } = this.budget;
    rebudget(account, { burst: burst * phones.size, perSecond: perSecond * phones.size });
  }
}

function keyOf({ host, port }: Address): string {
  return `${host}|${port}`;
}
