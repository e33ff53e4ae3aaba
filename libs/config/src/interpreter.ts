import { Args, type Command, type PhoneOrder } from './command';
import { type Config, type ModeRecord, type UnknownLine } from './config';
import { Draft } from './draft';
import { type Match, type Mismatch, matchLine, takeStep } from './grammar';
import { type Action, type ModeNode, ROOT } from './modes';
import { type Refusal, refuse, reject } from './refusal';
import { type Token, indentOf, tokenize, withoutTrailingBlanks } from './tokens';
import { type Holder, UnknownLines } from './unknown';
import { type LanguageOptions } from './values';

/**
 * Where commands are being given, outermost mode first, as the commands that led there, in full and without blanks
 * to spare: `[]` is global configuration, `['voice service voip', 'sip']` the mode `sip` in it.
 */
export type ModePath = readonly string[];

/** How a line was taken. */
export type Outcome =
  | { kind: 'done'; order?: PhoneOrder }
  | { kind: 'kept'; mode: ModePath; text: string }
  | ({ kind: 'refused' } & Refusal);

/** How a session treats what it is given. */
export interface SessionOptions extends LanguageOptions {
  /** Unknown commands are kept instead of refused. */
  keepUnknown: boolean;
  /** The text shows by indentation what belongs to which mode, as running-config does. */
  indented: boolean;
  /** Commands are checked against what is configured already. */
  mayReject: boolean;
}

/** A mode that has been entered: one of ours with its record, or one that linewatch does not know. */
interface Frame {
  path: ModePath;
  /** Absent: an unknown command that opened a mode. */
  node?: ModeNode;
  holder: Holder;
  indent: number;
  /** Lines stood indented below it. */
  hasBlock: boolean;
  /** The unknown line that was last given in it. */
  last?: UnknownLine;
}

/** Deeper unknown modes are kept at this depth: more than any router has, and a bound on what reads them. */
const MAXIMUM_DEPTH = 16;
/** Longer lines are refused. */
const MAXIMUM_LINE = 4096;
/** Longer commands are refused: a command and the `no` of it must fit where commands are kept. */
const MAXIMUM_COMMAND = 960;

const DONE: Outcome = { kind: 'done' };

/** Takes command lines one by one and carries them out on a draft of a Config. */
export class Session {
  private readonly draft: Draft;
  private readonly unknown: UnknownLines;
  private frames: Frame[];
  /** The mode the last line was in, until a `!`; see `frameFor`. */
  private left: Frame[] = [];
  /** An unknown line, which becomes a mode when the next one is indented below it. */
  private heading: Frame | undefined;
  /** Indentation of a refused line: what stands below it belongs to a mode that was not entered. */
  private refusedIndent = Infinity;
  /** A mode is being entered again, whatever has become of its record. */
  private entering = false;
  /** `end` was given, or `exit` in global configuration. */
  ended = false;

  constructor(
    base: Config,
    private readonly options: SessionOptions,
  ) {
    this.draft = new Draft(base);
    this.unknown = new UnknownLines(this.draft);
    this.frames = [{ path: [], node: ROOT, holder: this.draft.config, indent: -1, hasBlock: true }];
  }

  /** Where the next line will be taken. */
  get path(): ModePath {
    return this.top.path;
  }

  /** Closes the session and gives the Config it made. */
  finish(): Config {
    this.unknown.finish();
    return this.draft.config;
  }

  /** Takes one line; `block` are the lines behind it that are part of it, should it be a command to keep. */
  take(typed: string, block?: readonly string[]): Outcome {
    if (typed.length > MAXIMUM_LINE) return invalidAt(typed, MAXIMUM_LINE);
    const line = withoutTrailingBlanks(typed);
    const indent = indentOf(line);
    if (indent === line.length) return DONE;
    if (line.length - indent > MAXIMUM_COMMAND) return invalidAt(line, indent + MAXIMUM_COMMAND);
    if (line[indent] === '!') {
      // Between the blocks of running-config; in a text that lost its indentation it is all that ends a block.
      if (this.options.keepUnknown && line === '!') this.leaveTo(1);
      return DONE;
    }
    if (this.options.indented) {
      if (indent > this.refusedIndent) return invalidAt(line, indent);
      this.followIndent(indent);
    }
    this.refusedIndent = Infinity;
    return this.top.node === undefined ? this.takeUnknown(line, indent, block) : this.takeKnown(line, indent, block);
  }

  /** Enters a mode again, as a shell does between two lines; throws when the path names none. */
  enter(path: ModePath): void {
    for (const heading of path) {
      const depth = this.frames.length;
      this.entering = true;
      this.take(heading);
      this.entering = false;
      if (this.heading) this.push(this.heading);
      if (this.frames.length !== depth + 1) throw new Error(`no mode named ${path.join(' / ')}`);
      // However little the lines that follow are indented, they are inside.
      this.top.indent = -1;
    }
  }

  private get top(): Frame {
    return this.frames[this.frames.length - 1] as Frame;
  }

  private takeKnown(line: string, indent: number, block?: readonly string[]): Outcome {
    const tokens = tokenize(line);
    const { frames, match } = this.findMatch(line, tokens);
    if (match.kind === 'match') {
      const rejection = this.reject(match, frames);
      if (rejection !== undefined) {
        this.refusedIndent = indent;
        return { kind: 'refused', ...reject(line, rejection) };
      }
      this.frames = frames;
      this.left = [];
      return this.carryOut(match, indent);
    }
    if (this.options.keepUnknown && isUnknown(match))
      return this.takeUnknown(this.withVerbInFull(line, tokens), indent, block);
    this.refusedIndent = indent;
    return refused(line, match);
  }

  /** An unknown command with its `no` or `default` in full, so that it takes back what it is meant to. */
  private withVerbInFull(line: string, [first, second]: Token[]): string {
    const step = first && this.top.node && takeStep(this.top.node.grammar, line, first, this.options);
    if (typeof step !== 'object' || step.kind !== 'keyword' || second === undefined) return line;
    if (step.edge.word !== 'no' && step.edge.word !== 'default') return line;
    return line.slice(0, first?.at) + `${step.edge.word} ${line.slice(second.at)}`;
  }

  /**
   * Tries the mode itself, then the modes around it: global commands may be typed in any mode. Where indentation shows
   * what belongs where only that mode counts, except below a heading whose lines were not indented at all.
   * A command that is spelled out goes before one that is abbreviated further in: in `ephone-dn`, `ephone-dn 2` is not the
   * template of that mode. An abbreviation is not looked up further out than the first mode that knows something like it,
   * so that `s` is ambiguous in `presence` and never `sip-ua`. Without a match, the answer is that of the mode that understood most.
   */
  private findMatch(line: string, tokens: Token[]): { frames: Frame[]; match: Match<Action> } {
    const attempts = this.options.indented
      ? [this.frames, ...(this.left.length > 0 ? [this.left] : [])]
      : this.frames.map((_, up) => this.frames.slice(0, this.frames.length - up));
    let abbreviated: { frames: Frame[]; match: Match<Action> } | undefined;
    let best: { frames: Frame[]; match: Match<Action> } | undefined;
    for (const frames of attempts) {
      const node = frames[frames.length - 1]?.node;
      if (node === undefined) continue;
      const match = matchLine(node.grammar, line, tokens, this.options);
      const heard = best !== undefined && (best.match.kind === 'ambiguous' || depthOf(best.match) > 0);
      if (match.kind === 'match' && isSpelledOut(match.words, tokens)) return { frames, match };
      if (match.kind === 'match' && !heard) abbreviated ??= { frames, match };
      if (match.kind === 'match') continue;
      if (best === undefined || depthOf(match) > depthOf(best.match)) best = { frames, match };
    }
    return (abbreviated ?? best) as { frames: Frame[]; match: Match<Action> };
  }

  /** Why a command cannot be taken as things stand. What is undone can always be undone. */
  private reject({ accepts, words, values }: Match<Action> & { kind: 'match' }, frames: Frame[]): string | undefined {
    if (!this.options.mayReject || this.entering || words[0] === 'no' || words[0] === 'default') return undefined;
    const args = new Args(values);
    if (accepts.kind === 'enter') return accepts.mode.mode.refuse?.(this.draft, args);
    if (accepts.kind !== 'command') return undefined;
    const frame = frames[frames.length - 1] as Frame;
    const record = frame.holder as ModeRecord;
    const missing = this.options.keepUnknown ? undefined : missingBefore(accepts.command, frame, words);
    return missing ?? accepts.command.refuse?.(record, args, this.draft);
  }

  private carryOut(match: Match<Action> & { kind: 'match' }, indent: number): Outcome {
    const { accepts: action, words } = match;
    const args = new Args(match.values);
    const verb = words[0];
    const record = this.top.holder as ModeRecord;
    switch (action.kind) {
      case 'exit':
        this.ended ||= this.frames.length === 1;
        this.leaveTo(Math.max(1, this.frames.length - 1));
        return DONE;
      case 'end':
        this.ended = true;
        this.leaveTo(1);
        return DONE;
      case 'enter':
        if (verb === 'no' || verb === 'default') {
          action.mode.mode.close(this.draft, args);
          return DONE;
        }
        this.push({
          path: [...this.top.path, words.join(' ')],
          node: action.mode,
          holder: action.mode.mode.open(this.draft, args),
          indent,
          hasBlock: false,
        });
        return DONE;
      case 'command': {
        const { command } = action;
        if (verb === 'no') command.unset(record, args, this.draft);
        else if (verb === 'default') (command.reset ?? command.unset).call(command, record, args, this.draft);
        else {
          command.set(record, args, this.draft);
          return this.orderOf(command.order);
        }
        return DONE;
      }
    }
  }

  private orderOf(order: PhoneOrder['order'] | undefined): Outcome {
    const { node, holder } = this.top;
    const phones = node?.mode.phones;
    if (order === undefined || phones === undefined) return DONE;
    const device = 'tag' in holder ? { device: `${phones === 'sip' ? 'pool' : 'ephone'}:${holder.tag}` } : {};
    return { kind: 'done', order: { order, phones, ...device } };
  }

  private takeUnknown(line: string, indent: number, block?: readonly string[]): Outcome {
    const text = line.slice(indent);
    // The line that takes it back would be a comment.
    if (/^(no|default)[ \t]+!/.test(text)) return invalidAt(line, indent + text.indexOf('!'));
    const { path, node, holder } = this.top;
    if (node === undefined && /^exit(-\S+)?$/.test(text) && this.unknown.close(holder, text, this.top.last))
      return { kind: 'kept', mode: path, text };
    const kept = this.unknown.give(holder, text, block);
    this.top.last = kept;
    if (kept === undefined) return DONE;
    this.heading = { path: [...path, text], holder: kept, indent, hasBlock: false };
    return { kind: 'kept', mode: path, text };
  }

  /** Leaves the modes that a line with this indentation is not inside of, and enters the unknown one that it opens. */
  private followIndent(indent: number): void {
    const { heading } = this;
    if (heading && indent > heading.indent && this.frames.length < MAXIMUM_DEPTH) this.push(heading);
    this.heading = undefined;
    const inside = this.frames.findIndex((frame) => frame.indent >= indent);
    if (inside >= 0) {
      if (!this.top.hasBlock && this.top.node) this.left = this.frames;
      this.frames = this.frames.slice(0, inside);
    } else {
      this.top.hasBlock = true;
      this.left = [];
    }
  }

  private push(frame: Frame): void {
    this.frames = [...this.frames, frame];
    this.heading = undefined;
  }

  private leaveTo(depth: number): void {
    this.frames = this.frames.slice(0, depth);
    this.left = [];
    this.heading = undefined;
  }
}

/** What has to be typed before a command. */
function missingBefore(command: Command<ModeRecord>, { node, holder }: Frame, words: string[]): string | undefined {
  const first = node?.mode.first;
  const record = holder as ModeRecord;
  if (first && words[0] !== first.word && !first.isGiven(record)) return first.refusal;
  return command.needs?.(record);
}

function refused(line: string, mismatch: Mismatch): Outcome {
  return { kind: 'refused', ...refuse(line, mismatch) };
}

function isSpelledOut(words: readonly string[], tokens: readonly Token[]): boolean {
  return words.every((word, at) => word === tokens[at]?.raw);
}

/**
 * Whether a line of a whole text is rather a command that linewatch does not know than one of ours with a mistake: texts
 * are spelled out, so that `auto assign 1 to 10` is not an abbreviated `auto-reg-ephone`.
 */
function isUnknown(mismatch: Mismatch): boolean {
  if (mismatch.kind === 'invalid') return mismatch.unknownKeyword || !mismatch.spelledOut;
  return mismatch.kind === 'ambiguous';
}

function invalidAt(line: string, at: number): Outcome {
  return refused(line, { kind: 'invalid', at, depth: 0, unknownKeyword: false, spelledOut: true });
}

function depthOf(match: Match<Action>): number {
  return match.kind === 'match' ? Infinity : match.depth;
}
