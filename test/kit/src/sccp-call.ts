/** One call of a simulated Skinny phone, as the server shows it on the phone. */
import type { HeardSccp } from './sccp-bytes';
import type { SccpStation } from './sccp-station';

/** What CallState said last, in words; `ended` is on-hook. */
export type SccpCallState =
  | 'off-hook' | 'proceed' | 'ring-out' | 'ring-in' | 'connected' | 'busy' | 'congestion' | 'invalid' | 'held' | 'elsewhere'
  | 'ended' | 'other'; // prettier-ignore

const words: Readonly<Record<number, SccpCallState>> = {
  1: 'off-hook', 2: 'ended', 3: 'ring-out', 4: 'ring-in', 5: 'connected', 6: 'busy', 7: 'congestion', 8: 'held',
  9: 'ring-in', 12: 'proceed', 13: 'elsewhere', 14: 'invalid',
}; // prettier-ignore

const toneNames: Readonly<Record<number, string>> = {
  0x21: 'dial', 0x22: 'outside dial', 0x23: 'busy', 0x24: 'alerting', 0x25: 'reorder', 0x2d: 'call waiting',
}; // prettier-ignore

/** A channel for sound, as the server ordered it. */
export interface SccpChannel {
  readonly party: number;
  readonly codec: number;
  readonly address: string;
  readonly port: number;
}

export class SccpCall {
  /** Every state it had, oldest first; the last is the current one. */
  readonly states: SccpCallState[] = [];
  /** Came in rather than being made here. */
  isIncoming = false;
  /** What CallInfo said last. */
  callingNumber = '';
  callingName = '';
  calledNumber = '';
  calledName = '';
  /** What stands on the display for it. */
  prompt = '';
  /** The tone that sounds for it. */
  tone?: string;
  /** Which soft keys it shows. */
  softKeySet = 0;
  softKeyMask = 0xffffffff;
  /** Where the phone listens; set when it has answered OpenReceiveChannel. */
  receiving?: SccpChannel;
  /** Where the phone was told to send. */
  sendingTo?: SccpChannel;
  /** The payload type for digits that came with the last channel; 0 for none. */
  digitsPayload = 0;

  constructor(
    readonly phone: SccpStation,
    readonly reference: number,
    readonly line: number,
  ) {}

  get state(): SccpCallState {
    return this.states.at(-1) ?? 'other';
  }

  /** The far side's number. */
  get number(): string {
    return this.isIncoming ? this.callingNumber : this.calledNumber;
  }

  /** Waits until the far side rings, or this phone does. */
  ringing(withinMs?: number): Promise<this> {
    return this.reach('ringing', ['ring-out', 'ring-in', 'connected'], withinMs);
  }

  /** Waits until it is connected and sound flows both ways. */
  async answered(withinMs?: number): Promise<this> {
    await this.reach('answered', ['connected'], withinMs);
    await this.phone.until(
      `sound both ways in ${this.title()}`,
      () => (this.receiving && this.sendingTo) || this.state !== 'connected' || undefined,
      withinMs,
      () => `receiving ${JSON.stringify(this.receiving)}, sending to ${JSON.stringify(this.sendingTo)}`,
    );
    return this.reach('answered', ['connected'], withinMs);
  }

  /** Waits for one of these states. @throws Error when it ends before */
  reach(word: string, states: readonly SccpCallState[], withinMs?: number): Promise<this> {
    const probe = () => (states.includes(this.state) || this.state === 'ended' ? this.state : undefined);
    const reached = this.phone.until(
      `${this.title()} ${word}`,
      probe,
      withinMs,
      () => `states ${this.states.join(', ')}`,
    );
    return reached.then((state) => {
      if (states.includes(state)) return this;
      throw new Error(`${this.title()} ended before it was ${word}; states ${this.states.join(', ')}`);
    });
  }

  async ended(withinMs?: number): Promise<this> {
    return this.reach('over', ['ended'], withinMs);
  }

  /** By soft key; `answerByHandset` lifts the handset instead. */
  answer(): Promise<this> {
    this.softKey('Answer');
    return this.answered();
  }

  answerByHandset(): Promise<this> {
    this.phone.offHook();
    return this.answered();
  }

  /** Puts it on hold. @returns when the phone shows so */
  hold(): Promise<this> {
    this.softKey('Hold');
    return this.reach('held', ['held']);
  }

  resume(): Promise<this> {
    this.softKey('Resume');
    return this.answered();
  }

  /** Presses the key for transfer and dials. @returns the other call; its `completeTransfer` connects both */
  async consult(number: string): Promise<SccpCall> {
    const other = await this.phone.nextNew(() => this.softKey('Trnsfer'));
    this.phone.digits(number, other);
    return other;
  }

  /** The second press of the key for transfer, on the call that `consult` gave. */
  completeTransfer(): void {
    this.softKey('Trnsfer');
  }

  /** By soft key. @returns when the phone shows the end */
  hangup(): Promise<this> {
    if (this.state === 'ended') return Promise.resolve(this);
    this.softKey('EndCall');
    return this.ended();
  }

  /** Presses a soft key that this call shows. @throws Error when it does not show it */
  softKey(label: string): void {
    this.phone.softKey(label, this);
  }

  /** Whether the tones and channels that a call leaves behind are gone. */
  faultsAtEnd(): string[] {
    return [
      ...(this.receiving ? ['still listens'] : []),
      ...(this.sendingTo ? ['still sends'] : []),
      ...(this.tone ? [`still sounds: ${this.tone}`] : []),
    ].map((fault) => `${this.title()} has ended and ${fault}`);
  }

  /** Takes a message about this call. */
  take({ name, values }: HeardSccp): void {
    const number = (key: string) => Number(values[key] ?? 0);
    const text = (key: string) => String(values[key] ?? '');
    switch (name) {
      case 'CallState': {
        const state = words[number('state')] ?? 'other';
        if (this.states.length === 0 && state === 'ring-in') this.isIncoming = true;
        this.states.push(state);
        break;
      }
      case 'CallInfo':
      case 'CallInfoDynamic':
        this.callingNumber = text('callingNumber');
        this.callingName = text('callingName');
        this.calledNumber = text('calledNumber');
        this.calledName = text('calledName');
        break;
      case 'DialedNumber':
        this.calledNumber = text('number');
        break;
      case 'DisplayPromptStatus':
      case 'DisplayDynamicPromptStatus':
        this.prompt = text('text');
        break;
      case 'ClearPromptStatus':
        this.prompt = '';
        break;
      case 'StartTone':
        this.tone = toneNames[number('tone')] ?? `0x${number('tone').toString(16)}`;
        break;
      case 'StopTone':
        this.tone = undefined;
        break;
      case 'SelectSoftKeys':
        this.softKeySet = number('set');
        this.softKeyMask = number('mask') >>> 0;
        break;
    }
  }

  title(): string {
    return `call ${this.reference} ${this.isIncoming ? 'from' : 'to'} ${this.number || 'nobody yet'}`;
  }
}
