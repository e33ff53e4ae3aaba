import type { CallMessageReply } from '@linewatch/call';
import type { EdgeCalls } from '@linewatch/edge';
import { Controller, Inject } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';

export const CALLS = Symbol('EdgeCalls');

/** `lw.call.<this edge>`: what other edges have to say about legs and calls here. */
@Controller()
export class CallMessages {
  constructor(@Inject(CALLS) private readonly calls: Pick<EdgeCalls, 'take'>) {}

  @MessagePattern('call')
  take(message: unknown): CallMessageReply {
    return this.calls.take(message);
  }
}
