import { AnswerError } from '@linewatch/bus';
import {
  authorizeRequestSchema,
  subscriptionsRequestSchema,
  type AuthorizeReply,
  type SubscriptionsReply,
} from '@linewatch/presence';
import { isTransient } from '@linewatch/runtime';
import { Controller, Inject } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import type { z } from 'zod';
import type { Authorizer } from './authorizer';
import type { SubscriptionList } from './subscription-list';

export const AUTHORIZER = Symbol('Authorizer');
export const SUBSCRIPTION_LIST = Symbol('SubscriptionList');

/** Answers `lw.ask.authorize` and `lw.ask.subscriptions`. A question that is none gets the word `bad-request`. */
@Controller()
export class Answers {
  constructor(
    @Inject(AUTHORIZER) private readonly authorizer: Authorizer,
    @Inject(SUBSCRIPTION_LIST) private readonly list: SubscriptionList,
  ) {}

  @MessagePattern('authorize')
  authorize(body: unknown): Promise<AuthorizeReply> {
    return this.authorizer.authorize(read(authorizeRequestSchema, body));
  }

  /** Answers with the word `unavailable` when a neighbour cannot be reached. */
  @MessagePattern('subscriptions')
  async subscriptions(body: unknown): Promise<SubscriptionsReply> {
    const request = read(subscriptionsRequestSchema, body);
    try {
      return await this.list.page(request);
    } catch (error) {
      if (isTransient(error)) throw new AnswerError('unavailable', (error as Error).message);
      throw error;
    }
  }
}

function read<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const request = schema.safeParse(body);
  if (!request.success) throw new AnswerError('bad-request', request.error.message);
  return request.data;
}
