export { type LineBindings, Bindings, reachableBindings } from './bindings';
export { type LineListener, type LineView, Lines } from './lines';
export { type DirectoryView, Directory } from './directory';
export { type HoldPorts, Hold, isUnavailable } from './hold';
export { Gate } from './gate';
export { Latch } from './latch';
export { ManualClock, settle } from './testing/manual-clock';
