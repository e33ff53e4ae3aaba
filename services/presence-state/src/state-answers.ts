import { AnswerError } from '@linewatch/bus';
import { stateRequestSchema, type LineState, type StateReply } from '@linewatch/presence';
import { isTransient } from '@linewatch/runtime';
import type { LineRow } from '@linewatch/tables';
import { Controller, Inject } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import type { LineStore } from './line-store';

export const LINE_STORE = Symbol('LineStore');

/** Answers `lw.ask.state`: a line as its row says, which is rebuilt first where Redis lost it. */
@Controller()
export class StateAnswers {
  constructor(@Inject(LINE_STORE) private readonly store: Pick<LineStore, 'load'>) {}

  /** Answers with the words `bad-request` and `unavailable` when it cannot. */
  @MessagePattern('state')
  async state(body: unknown): Promise<StateReply> {
    const request = stateRequestSchema.safeParse(body);
    if (!request.success) throw new AnswerError('bad-request', request.error.message);
    const { line } = request.data;
    try {
      const row = await this.store.load(line);
      const state = stateOf(row);
      return { line, version: row.published?.seq ?? 0, ...(state && { state }) };
    } catch (error) {
      if (isTransient(error)) throw new AnswerError('unavailable', (error as Error).message);
      throw error;
    }
  }
}

/** The state last published, with the fold as it is now. */
function stateOf({ fold, published }: LineRow): LineState | undefined {
  if (!published) return undefined;
  const { foldTime: _foldTime, ...view } = published.view;
  return { ...view, fold };
}
