export { tearDown as default } from './brokers.global';
