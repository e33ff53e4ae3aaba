import type { CallMessageReply } from '@linewatch/call';
import { Controller, Inject } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import type { Calls } from './calls/calls';

export const CALLS = Symbol('Calls');

/** `lw.call.<this edge>`: what other edges have to say about legs and calls here. */
@Controller()
export class CallMessages {
  constructor(@Inject(CALLS) private readonly calls: Calls) {}

  @MessagePattern('call')
  take(message: unknown): CallMessageReply {
    return this.calls.take(message);
  }
}
