/** One thing that must be right for the process to be ready. */
export interface Check {
  readonly ok: boolean;
  /** What is wrong, or how well it goes: `rtt 0.4 ms`. */
  readonly detail?: string;
}

export interface HealthReport {
  readonly status: 'ok' | 'unavailable';
  readonly checks: Readonly<Record<string, Check>>;
}

const CHECK_TIMEOUT_MS = 2000;

/**
 * Whether this process takes work. Alive is another question: only the event loop answers it, since a restart cures
 * neither NATS nor Redis.
 */
export class Health {
  private readonly checks = new Map<string, () => Check | Promise<Check>>();
  private state: 'starting' | 'serving' | 'draining' = 'starting';

  /** Adds a check of readiness; what it throws is its failure. */
  check(name: string, check: () => Check | Promise<Check>): void {
    this.checks.set(name, check);
  }

  started(): void {
    if (this.state === 'starting') this.state = 'serving';
  }

  draining(): void {
    this.state = 'draining';
  }

  live(): HealthReport {
    return { status: 'ok', checks: { 'event-loop': { ok: true } } };
  }

  /** Where the process is in its life. */
  get phase(): 'starting' | 'serving' | 'draining' {
    return this.state;
  }

  /** @param withinMs how long a check may take; one that does not answer is a failed one */
  async ready(withinMs = CHECK_TIMEOUT_MS): Promise<HealthReport> {
    const process: Check = this.state === 'serving' ? { ok: true } : { ok: false, detail: this.state };
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await outcome(check, withinMs)] as const),
    );
    const checks: Record<string, Check> = { process, ...Object.fromEntries(results) };
    const status = Object.values(checks).every((check) => check.ok) ? 'ok' : 'unavailable';
    return { status, checks };
  }
}

async function outcome(check: () => Check | Promise<Check>, withinMs: number): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Check>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: `no answer in ${withinMs} ms` }), withinMs);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return { ok: false, detail: (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
}
