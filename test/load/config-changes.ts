/** Changes of the running configuration at a steady rate, as an operator's script types them, while calls run. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What became of the changes. */
export interface ConfigChangeCounts {
  /** Commands that were typed, each a change of its own. */
  readonly typed: number;
  /** Changes a second, up to the end of the last one. */
  readonly perSecond: number;
  /** What the shell refused, as it said it; empty when it took everything. */
  readonly refused: string;
  /** Services that were another process at the end than at the start. */
  readonly restarted: readonly string[];
}

const TURN_MS = 50;

/**
 * The lines of the n-th change, one of them a change. None of them says anything about a lamp of the run, and each kind
 * goes through another part of a service: names of numbers, numbers nobody has, the limit, and phones.
 */
export function linesOfChange(n: number, lines: number): string[] {
  const tag = 1 + (Math.floor(n / 4) % lines);
  const spare = lines + 1 + (Math.floor(n / 8) % 10);
  switch (n % 4) {
    case 0:
      return [`voice register dn ${tag}`, `name n${n}`];
    case 1:
      return n % 8 === 1 ? [`voice register dn ${spare}`] : [`no voice register dn ${spare}`];
    case 2:
      return ['presence', `max-subscription ${900_000 + (n % 1000)}`];
    default:
      return [`voice register pool ${tag}`, `blf-speed-dial 1 ${200_000 + (n % 1000)} label "k${n}"`];
  }
}

/** A running script of the shell that changes the configuration of the system on a data folder. */
export class ConfigChanges {
  private typed = 0;
  private said = '';
  private readonly startedAt = performance.now();
  private readonly timer: NodeJS.Timeout;
  private readonly child;
  private readonly ended: Promise<void>;

  /** @param pids the processes of the system, by name */
  constructor(
    dataFolder: string,
    private readonly rate: number,
    private readonly lines: number,
    private readonly pids: () => Readonly<Record<string, number>>,
  ) {
    this.before = pids();
    this.child = spawn(process.execPath, [join(process.cwd(), 'bin', 'linewatch.mjs')], {
      env: { ...process.env, LINEWATCH_DATA: dataFolder },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    this.child.stderr.on('data', (bytes: Buffer) => (this.said = (this.said + bytes.toString()).slice(-2000)));
    this.child.stdin.on('error', () => undefined);
    this.ended = new Promise((done) => this.child.once('close', () => done()));
    this.child.stdin.write('enable\nconfigure terminal\n');
    this.timer = setInterval(() => this.type(), TURN_MS);
  }

  private readonly before: Readonly<Record<string, number>>;

  /** Types no more; resolves when the last change runs. */
  async end(): Promise<ConfigChangeCounts> {
    clearInterval(this.timer);
    this.child.stdin.end('end\n');
    await this.ended;
    const seconds = (performance.now() - this.startedAt) / 1000;
    const after = this.pids();
    const restarted = Object.keys(this.before).filter((name) => after[name] !== this.before[name]);
    return { typed: this.typed, perSecond: this.typed / seconds, refused: this.said.trim(), restarted };
  }

  private type(): void {
    const due = Math.floor(((performance.now() - this.startedAt) / 1000) * this.rate);
    let text = '';
    for (; this.typed < due; this.typed += 1) text += `${linesOfChange(this.typed, this.lines).join('\n')}\n`;
    if (text !== '') this.child.stdin.write(text);
  }
}

/** Why changes of the configuration make a run unclean. */
export function changeFailures({ refused, restarted }: ConfigChangeCounts): string[] {
  return [
    ...(refused === '' ? [] : [`changes of the configuration were refused: ${refused}`]),
    ...restarted.map((name) => `${name} was restarted while the configuration changed`),
  ];
}
