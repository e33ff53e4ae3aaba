import type { PhoneOrders } from '@linewatch/edge';
import type { PhoneOrderReply } from '@linewatch/presence';
import { Controller, Inject } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';

export const PHONE_ORDERS = Symbol('PhoneOrders');

/** `lw.ask.<this edge>.order`: an operator wants phones here to register again, or to start anew. */
@Controller()
export class PhoneOrderAnswers {
  constructor(@Inject(PHONE_ORDERS) private readonly orders: Pick<PhoneOrders<unknown>, 'answer'>) {}

  @MessagePattern('edge.order')
  order(request: unknown): Promise<PhoneOrderReply> {
    return this.orders.answer(request);
  }
}
