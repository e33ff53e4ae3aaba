import { type PhoneOrder } from './command';
import { type Config } from './config';
import { type ModePath, type Outcome, Session } from './interpreter';
import { type Refusal } from './refusal';
import { isIndentedText, takeText } from './take-lines';
import { type LanguageOptions } from './values';

/** How command lines are applied. */
export interface ApplyOptions extends LanguageOptions {
  /** The mode in which the first line is given; global configuration by default. */
  mode?: ModePath;
  /**
   * For lines of `diffConfig`, or of a whole text: unknown commands are kept instead of refused, and nothing is rejected
   * for what is configured already, as on the way from one configuration to another things may clash for a moment.
   */
  keepUnknown?: boolean;
}

/** The answer to one line; `kept` is a command that linewatch does not know, in the mode where it stands. */
export type LineResult = { ok: true; kept?: true; mode?: ModePath; order?: PhoneOrder } | ({ ok: false } & Refusal);

/** What came of command lines. */
export interface Applied {
  /** A new Config; the old one is as it was. */
  config: Config;
  /** One for each line. A refused line changes nothing, and the next ones are still carried out. */
  results: LineResult[];
  /** The mode in which the next line would be given. */
  mode: ModePath;
  /** `end` was given, or `exit` in global configuration: a shell leaves configuration. */
  ended: boolean;
}

/**
 * Carries out command lines as they are typed: modes, `exit`, `end`, `!`, `no`, `default`, abbreviations; a command of
 * an outer mode may be given in an inner one. Costs one pass over each table (dns, pools) that the lines change, however
 * many lines there are, so give lines that belong together in one call.
 * Throws when `options.mode` is no mode.
 */
export function applyCommands(config: Config, lines: readonly string[], options: ApplyOptions = {}): Applied {
  const keepUnknown = options.keepUnknown ?? false;
  // In typed lines indentation says nothing.
  const indented = keepUnknown && isIndentedText(lines);
  const session = new Session(config, { ...options, keepUnknown, indented, mayReject: !keepUnknown });
  session.enter(options.mode ?? []);
  const results: LineResult[] = [];
  if (keepUnknown)
    takeText(session, lines, (outcome, _, isBlock) => results.push(isBlock ? { ok: true } : resultOf(outcome)));
  else for (const line of lines) results.push(resultOf(session.take(line)));
  return { config: session.finish(), results, mode: session.path, ended: session.ended };
}

function resultOf(outcome: Outcome): LineResult {
  switch (outcome.kind) {
    case 'done':
      return outcome.order ? { ok: true, order: outcome.order } : { ok: true };
    case 'kept':
      return { ok: true, kept: true, mode: outcome.mode };
    case 'refused': {
      const { refusal, text, column } = outcome;
      return { ok: false, refusal, text, column };
    }
  }
}
