import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Health, HealthReport } from './health';
import type { Metrics } from './metrics';

/** Injection is by token throughout: the bundler writes no type metadata for Nest to guess from. */
export const HEALTH = Symbol('Health');
export const METRICS = Symbol('Metrics');

/** As much of an HTTP response as is needed here. */
interface Response {
  status(code: number): unknown;
  type(contentType: string): unknown;
}

/** `/health/live`, `/health/ready`, `/metrics`. */
@Controller()
export class OpsController {
  constructor(
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  live(): HealthReport {
    return this.health.live();
  }

  @Get('health/ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<HealthReport> {
    const report = await this.health.ready();
    response.status(report.status === 'ok' ? 200 : 503);
    return report;
  }

  @Get('metrics')
  async scrape(@Res({ passthrough: true }) response: Response): Promise<string> {
    response.type(this.metrics.contentType);
    return this.metrics.text();
  }
}
