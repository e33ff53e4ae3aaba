import { type ChildProcess, spawn } from 'node:child_process';
import { until } from '@linewatch/kit';

const MOST_TEXT = 1_000_000;
/** What a program gets between the request to end and SIGKILL. */
const PATIENCE_MS = 8_000;
// Colours that programs print even into a pipe.

const COLOURS = /\x1b\[[0-9;]*m/g;

export interface ChildOptions {
  /** For errors: `baresip 2101`. */
  readonly name: string;
  readonly folder: string;
  /** Receives standard output in place of the log. */
  readonly onOutput?: (text: string) => void;
}

/** A program that runs as long as a test wants it, and is heard all the while. */
export class Child {
  readonly name: string;
  private readonly process: ChildProcess;
  private readonly ended: Promise<number | null>;
  private text = '';
  private code: number | null | undefined;

  /** Starts it. The arguments are to bound its life, so that it ends also if this process is killed. */
  constructor(program: string, args: readonly string[], { name, folder, onOutput }: ChildOptions) {
    this.name = name;
    const keep = (bytes: string) => {
      this.text = (this.text + bytes.replace(COLOURS, '')).slice(-MOST_TEXT);
    };
    this.process = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.stdout?.setEncoding('utf8').on('data', onOutput ?? keep);
    this.process.stderr?.setEncoding('utf8').on('data', keep);
    this.ended = new Promise((done) => {
      this.process.once('error', (error) => {
        keep(`${error.message}\n`);
        this.code = null;
        done(null);
      });
      this.process.once('close', (code) => {
        this.code = code;
        done(code);
      });
    });
  }

  /** What it has printed so far, without colours. */
  said(): string {
    return this.text;
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.code !== undefined;
  }

  /**
   * Resolves when its log matches.
   * @throws Error with the end of its log, at the deadline or when it ended without having said it
   */
  async untilSaid(pattern: RegExp, withinMs = 15_000): Promise<void> {
    await this.withLog(
      until(
        () => {
          if (pattern.test(this.text)) return true;
          if (this.isOver) throw new Error(`${this.name} ended (${this.code}) without saying ${pattern}`);
          return false;
        },
        `${this.name} saying ${pattern}`,
        withinMs,
      ),
    );
  }

  /** Resolves with its exit code when it has ended by itself. @throws Error with the end of its log at the deadline */
  async untilOver(withinMs: number): Promise<number | null> {
    await this.withLog(until(() => this.isOver, `the end of ${this.name}`, withinMs));
    return this.ended;
  }

  /** Asks it to end and waits; SIGKILL for one that does not. Its exit code, null after a signal. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.isOver) return this.ended;
    this.process.kill(signal);
    const timer = setTimeout(() => this.process.kill('SIGKILL'), PATIENCE_MS);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }

  private async withLog(waiting: Promise<void>): Promise<void> {
    try {
      await waiting;
    } catch (error) {
      const log = this.text.trimEnd().split('\n').slice(-40).join('\n');
      throw new Error(`${(error as Error).message}; it printed:\n${log}`, { cause: error });
    }
  }
}
