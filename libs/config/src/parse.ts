import { type Config, emptyConfig } from './config';
import { type ModePath, Session } from './interpreter';
import { indentOf } from './tokens';
import { type LanguageOptions } from './values';

/** What a whole text said. */
export interface ParsedConfig {
  config: Config;
  /** Commands that linewatch does not know: kept in `config`, without effect. */
  unknown: { line: number; mode: ModePath; text: string }[];
  /** Known commands with something wrong in them: not in `config`. */
  errors: ConfigError[];
}

/** A known command with something wrong in it. */
export interface ConfigError {
  /** Counted from 1. */
  line: number;
  column: number;
  /** The line, the caret below its offending word where there is one, and the refusal of IOS. */
  message: string;
}

/** Printed by routers around a configuration; no part of it. */
const NO_COMMAND = /^(Building configuration\.\.\.|Current configuration\s*:.*|Using \d+ out of \d+ bytes.*)$/;

/**
 * Reads a whole configuration, such as a file or a pasted `show running-config`. Nothing is lost without a word: a line
 * is understood, or kept and listed in `unknown`, or listed in `errors`. Takes indentation as running-config has it;
 * a text without any is read like typed lines, where a `!` ends a block.
 */
export function parseConfig(text: string, options: LanguageOptions = {}): ParsedConfig {
  const lines = text.split(/\r?\n/);
  const indented = lines.some(isIndented);
  const session = new Session(emptyConfig(), { ...options, keepUnknown: true, indented, mayReject: true });
  const unknown: ParsedConfig['unknown'] = [];
  const errors: ConfigError[] = [];
  lines.forEach((line, at) => {
    if (NO_COMMAND.test(line)) return;
    const outcome = session.take(line);
    if (outcome.kind === 'kept') unknown.push({ line: at + 1, mode: outcome.mode, text: outcome.text });
    if (outcome.kind === 'refused')
      errors.push({ line: at + 1, column: outcome.column, message: `${line.trimEnd()}\n${outcome.text}` });
  });
  return { config: session.finish(), unknown, errors };
}

/** A command, not a blank line or a comment, that stands indented. */
export function isIndented(line: string): boolean {
  const indent = indentOf(line);
  return indent > 0 && indent < line.length && line[indent] !== '!';
}
