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

/** A check that does not answer is a failed one. */
const CHECK_TIMEOUT_MS = 2000;

/**
 * Whether this process takes work. Alive is another question: only the event loop answers it, since a restart cures
 * neither NATS nor Redis.
 */
export class Health {
  private readonly checks = new Map<string, () => Check | Promise<Check>>();
  private state: 'starting' | 'started' | 'draining' = 'starting';

  /** Adds a check of readiness; what it throws is its failure. */
  check(name: string, check: () => Check | Promise<Check>): void {
    this.checks.set(name, check);
  }

  started(): void {
    if (this.state === 'starting') this.state = 'started';
  }

  draining(): void {
    this.state = 'draining';
  }

  live(): HealthReport {
    return { status: 'ok', checks: { 'event-loop': { ok: true } } };
  }

  async ready(): Promise<HealthReport> {
    const process: Check = this.state === 'started' ? { ok: true } : { ok: false, detail: this.state };
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await outcome(check)] as const),
    );
    const checks: Record<string, Check> = { process, ...Object.fromEntries(results) };
    const status = Object.values(checks).every((check) => check.ok) ? 'ok' : 'unavailable';
    return { status, checks };
  }
}

async function outcome(check: () => Check | Promise<Check>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Check>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: `no answer in ${CHECK_TIMEOUT_MS} ms` }), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return { ok: false, detail: (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
}
