export { type RedisSettings, RedisConnection } from './connection';
export { UnavailableError } from './errors';
export { type Keys, makeKeys } from './keys';
export { type LineRow, LineTable } from './lines';
export { type DeviceBindings, BindingTable } from './bindings';
export { type ActiveWatch, type EndedWatch, type KnownWatch } from './watch-record';
export { SubscriptionTable } from './subscriptions';
export { Lead } from './lead';
export { type GenerationSettings, type Turn, Generation } from './generation';
