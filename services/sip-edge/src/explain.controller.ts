import type { Explainer } from '@linewatch/edge';
import type { ExplainReply } from '@linewatch/presence';
import { Controller, Inject } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import type { Watched } from './subscriptions/watched';

export const EXPLAINER = Symbol('Explainer');

/** `lw.ask.<this edge>.explain`: what is held here of somebody's subscription to a line. */
@Controller()
export class ExplainAnswers {
  constructor(@Inject(EXPLAINER) private readonly explainer: Explainer<Watched>) {}

  @MessagePattern('edge.explain')
  explain(question: unknown): ExplainReply {
    return this.explainer.answer(question);
  }
}
