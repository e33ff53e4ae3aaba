import type { Bus, Listening } from '@linewatch/bus';
import { type ArgumentsHost, Catch } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { type Observable, lastValueFrom, throwError } from 'rxjs';

/**
 * Nest's decorators over our bus: our subjects, our envelope, our answers. Only questions come this way; streams are
 * followed and consumed by what the module's factories build.
 *
 *     @MessagePattern('authorize')       lw.ask.authorize, one copy of the service answers
 *     @MessagePattern('show.presence')   lw.ask.show.presence, every copy answers
 *     @MessagePattern('edge.explain')    lw.ask.<this edge>.explain
 *     @MessagePattern('call')            lw.call.<this edge>
 *
 * A handler throws `AnswerError` to answer with a word.
 */
export class BusStrategy extends Server implements CustomTransportStrategy {
  private readonly answering: Listening[] = [];
  private inHand = 0;
  private idle: (() => void)[] = [];

  constructor(
    private readonly bus: Bus,
    /** The queue group: copies of one service share it. */
    private readonly service: string,
    /** The id of this copy as an edge: `sip-edge-1`. */
    private readonly edge: string,
  ) {
    super();
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      for (const [pattern, handler] of this.messageHandlers) await this.answer(pattern, handler);
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Takes no more questions; those on their way are still taken. */
  async stop(): Promise<void> {
    await Promise.all(this.answering.splice(0).map((one) => one.stop()));
  }

  /** Resolves when no handler is at work. */
  async finished(): Promise<void> {
    if (this.inHand > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  close(): Promise<void> {
    return this.stop();
  }

  on(): never {
    throw new Error('The bus strategy has no events; see Bus.onStatus.');
  }

  unwrap<T>(): T {
    return this.bus as T;
  }

  private async answer(pattern: string, handler: MessageHandler): Promise<void> {
    if (handler.isEventHandler)
      throw new Error(
        `@EventPattern('${pattern}'): events are read with Bus.follow or Bus.consume, not by decorators.`,
      );
    const { subject, queue } = this.placeOf(pattern);
    this.answering.push(
      await this.bus.answer(subject, queue, async (body) => {
        this.inHand++;
        try {
          return await lastValueFrom(
            this.transformToObservable(await handler(body, { subject })) as Observable<unknown>,
            {
              defaultValue: null,
            },
          );
        } finally {
          if (--this.inHand === 0) for (const go of this.idle.splice(0)) go();
        }
      }),
    );
  }

  private placeOf(pattern: string): { subject: string; queue: string | undefined } {
    const { subjects } = this.bus;
    if (pattern === 'call') return { subject: subjects.call(this.edge), queue: this.service };
    const [head, what] = pattern.split('.', 2);
    if (head === 'show' && what) return { subject: subjects.show(what), queue: undefined };
    if (head === 'edge' && what) return { subject: subjects.askEdge(this.edge, what), queue: this.service };
    return { subject: subjects.ask(pattern), queue: this.service };
  }
}

/**
 * Lets the word of an AnswerError through to the asker; Nest's own filter would make every error "Internal server
 * error". HTTP keeps Nest's answers.
 */
@Catch()
export class AnswerFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): Observable<never> | void {
    return host.getType() === 'rpc' ? throwError(() => error) : super.catch(error, host);
  }
}
