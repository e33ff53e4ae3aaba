import type { Field } from './field';
import type { MessageName, MessageOf } from './messages';

/** How one message lies on the wire. */
export interface Layout<N extends MessageName = MessageName> {
  readonly id: number;
  readonly sender: 'phone' | 'server';
  /** Bytes of payload without which the message says nothing; what is beyond them may be absent. None when not given. */
  readonly atLeast?: number;
  /** In the order of the wire. */
  readonly fields: { readonly [K in Exclude<keyof MessageOf<N>, 'name'>]: Field<MessageOf<N>[K]> };
}

/** The one table: a row that a name lacks, or a field that a row lacks, does not compile. */
export type Layouts = { readonly [N in MessageName]: Layout<N> };
