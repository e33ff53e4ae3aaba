export {
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
  runService,
  startService,
} from './run-service';
export {
  type CommonSettings,
  type Settings,
  type SettingsShape,
  SettingsError,
  readSettings,
  streamSettings,
} from './settings';
export { AnswerFilter, BusStrategy } from './bus.strategy';
export { HEALTH, METRICS } from './ops.controller';
export { type ConfigListener, RunningConfig, type RunningConfigSettings } from './running-config';
export {
  type ChangePart,
  type StartupImport,
  appendConfigChange,
  hashedWithChance,
  importStartupConfig,
  partsOf,
  sectionOf,
} from './config-change';
export { type ConfigHistory, type ConfigRevision, configAt, readConfigHistory } from './config-history';
export { type WholeChange } from './change-assembler';
export {
  type EdgeInfo,
  type KnownEdge,
  type ProcessInfo,
  type ServiceInfo,
  processInfoSchema,
  runningProcesses,
} from './process-control';
export { VERSION } from './version';
export { DEBUG_RENEWAL_MS, type DebugSubject, DebugTap } from './debug/debug-tap';
export { debuggedAppends } from './debug/append-debug';
export { presenceLine, tellPresence } from './debug/presence-lines';
export { BEAT_MS, EDGE_LEASE_MS, EdgeIdentity, type EdgeSettings } from './edge-identity';
export { type EdgeEvents, EdgeMonitor, type EdgeView, type LossReason } from './edge-monitor';
export { busMetrics, outboxMetrics } from './bus-metrics';
export { type LabelledCounter, Metrics, type PlainCounter } from './metrics';
export { type Check, Health, type HealthReport } from './health';
export { Drain, type DrainStep, drainSteps } from './drain';
export { type LogLevel, type Logger, RateLimitedLog, createLogger, logLevels, nestLogger } from './log';
export { type Clock, systemClock } from './clock';
export { Rounds, type RoundsSettings } from './rounds';
export { FailureWatch } from './failure-watch';
export { isTransient, untilAvailable } from './transient';
export { type TimerHandle, TimerWheel, type TimerWheelSettings } from './timer-wheel';
export { presenceRules } from './presence-rules';
