/** One subscription of a simulated phone: what it asked for, every NOTIFY it got, and what was wrong with them. */
import { lampOf, lampOfDialogs, readDialogInfo, type DialogEntry, type DialogInfo, type Lamp } from './presence-reader';
import type { PhoneDialog } from './sip-dialog';
import type { SipPhone } from './sip-phone';
import {
  cseqOf,
  headerOf,
  idsOf,
  paramOf,
  summaryOf,
  uriOf,
  type Field,
  type HeardRequest,
  type HeardResponse,
} from './sip-text';

export type EventPackageName = 'presence' | 'dialog';

/** What a subscriber asks for. */
export interface SubscribeOptions {
  /** `presence` when absent. */
  readonly event?: EventPackageName;
  /** Seconds; 3600 when absent; null leaves the header out. */
  readonly expires?: number | null;
  /** The Accept header; the package's own type when absent, null leaves it out. */
  readonly accept?: string | null;
  /** The `id` parameter of Event [RFC6665 8.2.1]. */
  readonly eventId?: string;
  /** The number in From; the phone's first when absent. */
  readonly from?: string;
  readonly fields?: readonly Field[];
}

/** One NOTIFY as the phone understood it. */
export interface Notification {
  readonly cseq: number;
  /** `active`, `pending` or `terminated`. */
  readonly state: string;
  readonly reason?: string;
  /** Seconds left by its Subscription-State. */
  readonly expires?: number;
  readonly retryAfter?: number;
  readonly contentType: string;
  readonly body: string;
  /** What the key shows after it. */
  readonly lamp: Lamp;
  /** The document, when the package is `dialog`. */
  readonly document?: DialogInfo;
  readonly raw: string;
  readonly message: HeardRequest;
  /** When it came, ms since the epoch. */
  readonly at: number;
}

/** How the phone answers a NOTIFY: as it should, with that status (after a while), or not at all. */
export type NotifyAnswer =
  | 'as it should'
  | 'silent'
  | { readonly status: number; readonly afterMs?: number; readonly fields?: readonly Field[] };

const accepts: Readonly<Record<EventPackageName, string>> = {
  presence: 'application/cpim-pidf+xml',
  dialog: 'application/dialog-info+xml',
};

export class SipSubscription {
  readonly event: EventPackageName;
  readonly notifications: Notification[] = [];
  /** Seconds that the last 2xx granted. */
  grantedSeconds = NaN;
  /** The last 2xx to a SUBSCRIBE. */
  response?: HeardResponse;
  /** Overrides the phone's `answerNotify` for this subscription. */
  answerNotify?: NotifyAnswer;
  ended = false;
  private readonly dialogs = new Map<string, DialogEntry>();
  private version = -1;
  private consumed = 0;

  constructor(
    readonly phone: SipPhone,
    readonly number: string,
    readonly dialog: PhoneDialog,
    readonly options: SubscribeOptions,
  ) {
    this.event = options.event ?? 'presence';
  }

  /** What the key shows now; unknown before the first NOTIFY. */
  get lamp(): Lamp {
    return this.notifications.at(-1)?.lamp ?? 'unknown';
  }

  /** The fields of a SUBSCRIBE beyond those of the dialog. */
  fields(expires: number | null | undefined): Field[] {
    const { accept, eventId, fields = [] } = this.options;
    const accepted = accept === undefined ? accepts[this.event] : accept;
    return [
      ['Event', eventId === undefined ? this.event : `${this.event};id=${eventId}`],
      ...(accepted === null ? [] : [['Accept', accepted] as const]),
      ...(expires === null ? [] : [['Expires', String(expires ?? 3600)] as const]),
      ['Contact', this.phone.contactOf(this.options.from)],
      ...fields,
    ];
  }

  /**
   * The next notification that was not given out yet and passes `test`; those it skips are not given out later.
   * @throws NotSeenError at the deadline
   */
  next(
    test: (notification: Notification) => boolean = () => true,
    what = 'a NOTIFY',
    withinMs?: number,
  ): Promise<Notification> {
    const probe = () => {
      const index = this.notifications.findIndex((notification, at) => at >= this.consumed && test(notification));
      if (index >= 0) this.consumed = index + 1;
      return this.notifications[index];
    };
    return this.phone.until(`${what} about ${this.number}`, probe, withinMs, () => this.account());
  }

  /** Waits until the key shows that lamp (it may show it already). @returns the notification that brought it */
  waitFor(lamp: Lamp, withinMs?: number): Promise<Notification> {
    const probe = () => {
      const last = this.notifications.at(-1);
      if (last?.lamp !== lamp) return undefined;
      this.consumed = this.notifications.length;
      return last;
    };
    return this.phone.until(`lamp ${lamp} of ${this.number}`, probe, withinMs, () => this.account());
  }

  /** Waits until these are the lamps of the last notifications. */
  async showed(...lamps: readonly Lamp[]): Promise<void> {
    const isShown = () => lamps.every((lamp, at) => this.notifications.at(at - lamps.length)?.lamp === lamp);
    const what = `lamps ${lamps.join(', ')} of ${this.number}`;
    await this.phone.until(
      what,
      () => isShown() || undefined,
      undefined,
      () => this.account(),
    );
  }

  /** SUBSCRIBE in the dialog. @throws SipRefusedError for any other answer than 2xx */
  async refresh(options: { readonly expires?: number } = {}): Promise<HeardResponse> {
    return this.take(
      await this.phone.sendInDialog(this.dialog, 'SUBSCRIBE', this.fields(options.expires ?? this.options.expires)),
    );
  }

  /** Ends the subscription. @returns the final NOTIFY */
  async unsubscribe(): Promise<Notification> {
    await this.refresh({ expires: 0 });
    return this.phone.until(
      `the final NOTIFY about ${this.number}`,
      () => this.notifications.find((notification) => notification.state === 'terminated'),
      undefined,
      () => this.account(),
    );
  }

  /** Takes the answer to a SUBSCRIBE. */
  take(response: HeardResponse): HeardResponse {
    this.phone.mustSucceed(response);
    this.response = response;
    const expires = headerOf(response, 'expires');
    if (expires === undefined) this.complain('2xx to SUBSCRIBE without Expires [RFC6665 4.2.1.1]');
    this.grantedSeconds = Number(expires);
    if (this.grantedSeconds > (this.options.expires ?? 3600))
      this.complain(`granted ${expires} s, more than asked [RFC6665 3.1.1]`);
    const { toTag } = idsOf(response);
    if (!toTag) this.complain('2xx to SUBSCRIBE without a To tag [RFC3261 12.1.1]');
    if (this.dialog.remoteTag !== undefined && toTag !== this.dialog.remoteTag)
      this.complain('To tag of the 2xx is not the From tag of NOTIFY');
    this.dialog.remoteTag = toTag;
    const contact = headerOf(response, 'contact');
    if (contact) this.dialog.target = uriOf(contact);
    else this.complain('2xx to SUBSCRIBE without Contact [RFC3261 12.1.1]');
    return response;
  }

  /** Takes a NOTIFY of this dialog. @returns the status it deserves */
  onNotify(request: HeardRequest): number {
    const cseq = cseqOf(request);
    const highest = this.dialog.remoteCSeq ?? -1;
    if (cseq <= highest) {
      this.complain(`CSeq ${cseq} after ${highest} [RFC3261 12.2.1.1]`);
      if (cseq < highest) return 500;
    }
    this.dialog.remoteCSeq = Math.max(cseq, highest);
    this.dialog.remoteTag ??= idsOf(request).fromTag;
    this.judge(request);
    const notification = this.understand(request, cseq);
    this.notifications.push(notification);
    if (notification.state === 'terminated') this.ended = true;
    return 200;
  }

  private understand(request: HeardRequest, cseq: number): Notification {
    const [state = '', ...params] = (headerOf(request, 'subscription-state') ?? '')
      .split(';')
      .map((part) => part.trim());
    const param = (name: string) => paramOf(`;${params.join(';')}`, name);
    const seconds = (name: string) => (param(name) === undefined ? undefined : Number(param(name)));
    const contentType = headerOf(request, 'content-type') ?? '';
    if (!['active', 'pending', 'terminated'].includes(state))
      this.complain(`Subscription-State '${state}' [RFC6665 8.2.3]`);
    const expires = seconds('expires');
    if (expires !== undefined && expires > this.grantedSeconds)
      this.complain(`expires=${expires} in NOTIFY, granted ${this.grantedSeconds} [SB-9]`);
    let document: DialogInfo | undefined;
    let lamp: Lamp = 'unknown';
    try {
      if (this.event === 'dialog' && request.body) document = this.fold(readDialogInfo(request.body));
      lamp = document ? lampOfDialogs(this.dialogs.values()) : lampOf(request.body, contentType);
    } catch (error) {
      this.complain((error as Error).message);
    }
    return {
      cseq, state, reason: param('reason'), expires, retryAfter: seconds('retry-after'), contentType, body: request.body,
      lamp, document, raw: request.raw, message: request, at: request.at,
    }; // prettier-ignore
  }

  /** A full document replaces what is known, a partial one must be the next version [RFC4235 4.1, 4.3]. */
  private fold(document: DialogInfo): DialogInfo {
    const expected = this.version + 1;
    const isNext = document.version === expected;
    if (this.version < 0 && document.state !== 'full') this.complain('the first document is not full [SB-51]');
    if (!isNext && !(document.state === 'full' && document.version > this.version)) {
      this.complain(`dialog-info version ${document.version}, expected ${expected} [RFC4235 4.1]`);
    }
    this.version = document.version;
    if (document.state === 'full') this.dialogs.clear();
    for (const dialog of document.dialogs) this.dialogs.set(dialog.id, dialog);
    return document;
  }

  private judge(request: HeardRequest): void {
    const wanted = this.options.eventId;
    const event = headerOf(request, 'event') ?? '';
    if (event.split(';')[0]?.trim() !== this.event || paramOf(event, 'id') !== wanted)
      this.complain(`Event '${event}' [RFC6665 8.2.1]`);
    if (this.ended) this.complain('NOTIFY after the final one [RFC6665 4.4.1]');
    if (idsOf(request).fromTag !== this.dialog.remoteTag) this.complain('From tag is not the one of the dialog');
    if (request.requestUri !== uriOf(this.phone.contactOf(this.options.from)))
      this.complain(`Request-URI ${request.requestUri} is not the Contact [SB-6]`);
    if (!headerOf(request, 'contact')) this.complain('NOTIFY without Contact [RFC3261 12.2.1.1]');
  }

  private complain(what: string): void {
    this.phone.violations.push(`subscription to ${this.number} (${this.event}): ${what}`);
  }

  private account(): string {
    return this.notifications
      .slice(-6)
      .map((notification) => `${notification.lamp}/${notification.state} in ${summaryOf(notification.message)}`)
      .join(', ');
  }
}
