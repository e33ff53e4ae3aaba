import { randomUUID } from 'node:crypto';
import { type Interface, createInterface, emitKeypressEvents } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type Args, isSecret } from '@linewatch/config';
import type { ExecCommand, World } from '../exec/exec-command';
import { changeLive, planLine } from '../live-change';
import { Debugging } from './debugging';
import { carryOutOrder } from '../phone-orders';
import { type Key, type Keypress, keyOf } from './keys';
import type { Monitor } from './monitor';
import { begin, finish, step } from './session';
import { type Answer, type Effect, type Input, type SessionState, type Step, isBusy } from './session-state';

/** Keys that may wait before the terminal is read no further. */
const MOST_WAITING = 4096;
/** Output that nobody has read yet: beyond it messages for who monitors are left out. */
const MOST_UNREAD = 64 * 1024;

/** What a session has around it. */
export interface Surroundings {
  readonly input: Readable;
  readonly output: Writable;
  /** Where a script's refusals go; `output` when absent. */
  readonly errors?: Writable;
  readonly world: Omit<World, 'debugging' | 'signal'>;
  /** Follows what happens, for `terminal monitor`. */
  monitor(say: (text: string) => void): Monitor;
  /** Told of each wrong secret. */
  onWrongSecret?(): void;
  /** A mistake of ours that a command met; the session goes on. */
  onError?(error: unknown): void;
}

/** Carries out what the machine of a session wants, on real streams and the bus. */
export class TerminalSession {
  /** Resolves with the exit status. */
  readonly ended: Promise<number>;
  private end: (status: number) => void = () => undefined;
  private isOver = false;
  /** Keys that were pressed while something was going on, from `next` on. */
  private waiting: Key[] = [];
  private next = 0;
  /** The terminal is not read until those have been given. */
  private holdsBack = false;
  private work: AbortController | undefined;
  private monitor: Monitor | undefined;
  private debugging: Debugging | undefined;
  private leftOut = 0;
  private readonly stopRunning: () => void;
  private whenReady: () => void = () => undefined;

  constructor(
    private state: SessionState,
    private readonly around: Surroundings,
  ) {
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.stopRunning = around.world.running.onChange((config) => this.give({ kind: 'running', config }));
  }

  /** Reads keys until the session is over. */
  interact(): Promise<number> {
    const { input } = this.around;
    emitKeypressEvents(input);
    let last: string | undefined;
    input.on('keypress', (text: string | undefined, press: Keypress) => {
      // Return may come as two characters.
      const isSecond = press.name === 'enter' && last === 'return';
      last = press.name;
      const key = isSecond ? undefined : keyOf(text, press);
      if (key) this.press(key);
    });
    input.on('end', () => this.close(0));
    input.on('close', () => this.close(0));
    this.carryOut(begin(this.state));
    input.resume();
    return this.ended;
  }

  /** Takes lines as a script until there are no more. */
  async follow(
    lines: Interface | AsyncIterable<string> = createInterface({ input: this.around.input }),
  ): Promise<number> {
    for await (const line of lines) {
      if (this.isOver) break;
      this.give({ kind: 'line', line });
      await this.ready();
    }
    if (!this.isOver) this.carryOut(finish(this.state));
    return this.ended;
  }

  resize(length: number, width: number): void {
    this.give({ kind: 'resized', length, width });
  }

  /** Says a last word and ends. */
  dismiss(word: string): void {
    if (this.isOver) return;
    this.write(`\n${word}\n`, this.around.output);
    this.close(1);
  }

  private press(key: Key): void {
    const isInterrupt = key.kind === 'action' && key.action === 'interrupt';
    if (isInterrupt) this.forgetWaiting();
    else if (isBusy(this.state)) {
      this.waiting.push(key);
      if (this.waiting.length - this.next > MOST_WAITING && !this.holdsBack) {
        this.holdsBack = true;
        this.around.input.pause();
      }
      return;
    }
    this.give({ kind: 'key', key });
  }

  private give(input: Input): void {
    if (this.isOver) return;
    this.carryOut(step(this.state, input));
    this.goOn();
  }

  private carryOut({ state, effects }: Step): void {
    this.state = state;
    for (const effect of effects) this.perform(effect);
  }

  /** Gives the keys that came meanwhile, until one of them starts something again. */
  private goOn(): void {
    while (!isBusy(this.state) && !this.isOver && this.next < this.waiting.length) {
      const key = this.waiting[this.next] as Key;
      this.next += 1;
      this.carryOut(step(this.state, { kind: 'key', key }));
    }
    if (isBusy(this.state) || this.isOver) return;
    this.forgetWaiting();
    this.whenReady();
  }

  private forgetWaiting(): void {
    this.waiting = [];
    this.next = 0;
    if (this.holdsBack) this.around.input.resume();
    this.holdsBack = false;
  }

  /** Resolves when nothing is going on. */
  ready(): Promise<void> {
    if (!isBusy(this.state) || this.isOver) return Promise.resolve();
    return new Promise((resolve) => {
      this.whenReady = resolve;
      void this.ended.then(() => resolve());
    });
  }

  private perform(effect: Effect): void {
    const { output, errors, world } = this.around;
    switch (effect.kind) {
      case 'write':
        return this.write(effect.text, effect.to === 'err' ? (errors ?? output) : output);
      case 'run':
        return void this.answer(this.run(effect.command, effect.args));
      case 'configure':
        return void this.answer(this.configure(effect.path, effect.line));
      case 'verify': {
        const secret = world.running.current().enableSecret;
        const isRight = secret !== undefined && isSecret(secret, effect.password);
        if (!isRight) this.around.onWrongSecret?.();
        return void this.answer(Promise.resolve({ kind: 'verified', isRight }));
      }
      case 'monitor':
        this.monitor?.stop();
        this.monitor = effect.on ? this.around.monitor((text) => this.happened([text])) : undefined;
        return;
      case 'debug':
        this.debugging ??= new Debugging(world.system.bus, randomUUID(), (texts) => this.happened(texts, 'debugged'));
        return this.debugging.want(effect.wish);
      case 'cancel':
        return this.work?.abort();
      case 'close':
        return this.close(effect.status);
    }
  }

  private async answer(work: Promise<Answer>): Promise<void> {
    this.give(await work.catch((error: unknown): Answer => this.failure(error)));
  }

  private failure(error: unknown): Answer {
    const name = error instanceof Error ? error.name : '';
    const isExpected = ['ConsoleError', 'UnavailableError', 'RejectedError', 'ConflictError'].includes(name);
    if (!isExpected) this.around.onError?.(error);
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }

  private async run({ does }: ExecCommand, args: Args): Promise<Answer> {
    const { world } = this.around;
    const controller = new AbortController();
    const full: World = { ...world, debugging: this.state.debugging, signal: controller.signal };
    if (does.kind === 'session') throw new Error('a command of the session itself was given to the shell');
    if (does.kind === 'work')
      return { kind: 'done', text: await does.work(full, args, (text) => this.give({ kind: 'told', text })) };
    this.work = controller;
    const givenUp = new Promise<Answer>((resolve) =>
      controller.signal.addEventListener('abort', () => resolve({ kind: 'done', text: '' })),
    );
    const shown = Promise.resolve(does.show(full, args)).then((found): Answer => ({ kind: 'shown', shown: found }));
    shown.catch(() => undefined);
    try {
      return await Promise.race([shown, givenUp]);
    } finally {
      this.work = undefined;
    }
  }

  private async configure(path: readonly string[], line: string): Promise<Answer> {
    const { running, author, system } = this.around.world;
    let planned = planLine(running.current(), path, line, system);
    await changeLive({ bus: system.bus, running, author }, (config) => {
      planned = planLine(config, path, line, system);
      return planned.commands;
    });
    const { refusal, order } = planned;
    const said = order && (await carryOutOrder({ system, running }, order));
    return {
      kind: 'configured',
      ...(planned.path && { path: planned.path }),
      ...(refusal && { refusal: { isInvalid: refusal.refusal === 'invalid', text: refusal.text } }),
      ...(said !== undefined && { said }),
    };
  }

  /** Who does not read fast enough misses messages, and hears how many. */
  private happened(texts: readonly string[], kind: 'happened' | 'debugged' = 'happened'): void {
    if (this.around.output.writableLength > MOST_UNREAD) {
      this.leftOut += texts.length;
      return;
    }
    const note = this.leftOut > 0 ? [`(${this.leftOut} messages were left out)`] : [];
    this.leftOut = 0;
    this.give({ kind, text: [...note, ...texts].join('\n') });
  }

  private write(text: string, stream: Writable): void {
    if (!stream.writable) return;
    stream.write(this.state.setting.interactive ? text.replace(/\n/g, '\r\n') : text);
  }

  private close(status: number): void {
    if (this.isOver) return;
    this.isOver = true;
    this.work?.abort();
    this.monitor?.stop();
    this.debugging?.stop();
    this.stopRunning();
    this.end(status);
  }
}
