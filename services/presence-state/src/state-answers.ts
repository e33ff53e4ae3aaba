import { AnswerError } from '@linewatch/bus';
import {
  lineOverview,
  linesRequestSchema,
  stateRequestSchema,
  type LinesReply,
  type LineState,
  type StateReply,
} from '@linewatch/presence';
import { isTransient } from '@linewatch/runtime';
import type { LineRow } from '@linewatch/tables';
import { Controller, Inject } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import type { z } from 'zod';
import type { LineStore } from './line-store';

export const LINE_STORE = Symbol('LineStore');

/** Answers `lw.ask.state` and `lw.ask.lines`: lines as their rows say, which are rebuilt first where Redis lost them. */
@Controller()
export class StateAnswers {
  constructor(@Inject(LINE_STORE) private readonly store: Pick<LineStore, 'load' | 'loadMany'>) {}

  /** Answers with the words `bad-request` and `unavailable` when it cannot. */
  @MessagePattern('state')
  async state(body: unknown): Promise<StateReply> {
    const { line } = read(stateRequestSchema, body);
    const row = await this.store.load(line).catch(unavailable);
    const state = stateOf(row);
    return { line, version: row.published?.seq ?? 0, ...(state && { state }) };
  }

  /** Answers with the same words. */
  @MessagePattern('lines')
  async lines(body: unknown): Promise<LinesReply> {
    const { lines } = read(linesRequestSchema, body);
    const rows = await this.store.loadMany(lines).catch(unavailable);
    return { lines: rows.map(({ fold }) => lineOverview(fold)) };
  }
}

function read<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const request = schema.safeParse(body);
  if (!request.success) throw new AnswerError('bad-request', request.error.message);
  return request.data;
}

function unavailable(error: unknown): never {
  if (isTransient(error)) throw new AnswerError('unavailable', (error as Error).message);
  throw error;
}

/** The state last published, with the fold as it is now. */
function stateOf({ fold, published }: LineRow): LineState | undefined {
  if (!published) return undefined;
  const { foldTime: _foldTime, ...view } = published.view;
  return { ...view, fold };
}
