export type StreamName = 'LINES' | 'PRESENCE' | 'SUBSCRIPTIONS' | 'CONFIG' | 'EDGES' | 'NOTIFY' | 'DEADLETTER';
