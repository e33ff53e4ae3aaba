import type { Address } from '@linewatch/sip';
import { type Account, type Budget, inherit, openAccount, rebudget } from './account';

/** Where one phone may be heard from at once: its lines, its contact, and where it was before it moved. */
const MOST_PLACES = 4;

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
  /** Where each phone was heard from, the latest last: it does not begin anew by coming from another port. */
  private readonly placesOf = new Map<string, string[]>();

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
    const places = this.placesOf.get(phone) ?? [];
    let place = this.places.get(key);
    if (!place) {
      place = { account: openAccount(this.budget, now), phones: new Map() };
      const used = this.places.get(places.at(-1) ?? '')?.account;
      if (used) inherit(place.account, used);
      this.places.set(key, place);
    }
    const known = place.phones.get(phone);
    if (known === undefined || known < until) place.phones.set(phone, until);
    if (known !== undefined) return;
    this.resize(place);
    this.placesOf.set(phone, [...places, key].slice(-MOST_PLACES));
    if (places.length >= MOST_PLACES) this.forget(places[0] ?? '', phone);
  }

  /** Forgets phones whose time is over. @param wallClock Unix milliseconds */
  sweep(wallClock: number): void {
    for (const [key, { phones }] of this.places) {
      for (const [phone, until] of phones) {
        if (until > wallClock) continue;
        this.forget(key, phone);
        const left = (this.placesOf.get(phone) ?? []).filter((place) => place !== key);
        if (left.length > 0) this.placesOf.set(phone, left);
        else this.placesOf.delete(phone);
      }
    }
  }

  private forget(key: string, phone: string): void {
    const place = this.places.get(key);
    if (!place?.phones.delete(phone)) return;
    if (place.phones.size === 0) this.places.delete(key);
    else this.resize(place);
  }

  private resize({ account, phones }: Place): void {
    const { burst, perSecond } = this.budget;
    rebudget(account, { burst: burst * phones.size, perSecond: perSecond * phones.size });
  }
}

function keyOf({ host, port }: Address): string {
  return `${host}|${port}`;
}
