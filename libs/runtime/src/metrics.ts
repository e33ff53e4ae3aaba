import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** A count on the hot path: one addition to a plain number, read when somebody scrapes. */
export interface PlainCounter {
  readonly value: number;
  add(count?: number): void;
}

/** One counter for each value of one label. Values must come from a small fixed set: never a line or a Call-ID. */
export interface LabelledCounter {
  of(value: string): PlainCounter;
}

class Count implements PlainCounter {
  value = 0;
  add(count = 1): void {
    this.value += count;
  }
}

/** More values of a label than this are counted together as `other`. */
const MOST_VALUES = 100;

/** The metrics of one process: Prometheus names with the prefix `linewatch_`, base units, `_total` for counters. */
export class Metrics {
  readonly registry = new Registry();

  constructor(labels: Record<string, string> = {}) {
    this.registry.setDefaultLabels(labels);
  }

  /** Adds memory, CPU, event loop and garbage collection of the process. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  counter(name: string, help: string): PlainCounter {
    const count = new Count();
    this.read(name, help, () => count.value);
    return count;
  }

  /** A counter that somebody else keeps. */
  read(name: string, help: string, value: () => number): void {
    new Counter({
      name: named(name),
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  }

  counters(name: string, help: string, label: string): LabelledCounter {
    const counts = new Map<string, Count>();
    new Counter({
      name: named(name),
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [value, count] of counts) this.inc({ [label]: value }, count.value);
      },
    });
    return {
      of: (value) => {
        const key = counts.has(value) || counts.size < MOST_VALUES ? value : 'other';
        let count = counts.get(key);
        if (!count) counts.set(key, (count = new Count()));
        return count;
      },
    };
  }

  /** A value that is read when somebody scrapes. */
  gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name: named(name),
      help,
      registers: [this.registry],
      collect() {
        this.set(value());
      },
    });
  }

  /** Durations in seconds. */
  histogram(name: string, help: string, buckets: readonly number[]): { observe(seconds: number): void } {
    return new Histogram({ name: named(name), help, buckets: [...buckets], registers: [this.registry] });
  }

  /** What `/metrics` answers. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}

function named(name: string): string {
  return name.startsWith('linewatch_') ? name : `linewatch_${name}`;
}
