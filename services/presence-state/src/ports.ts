import type { LineTable } from '@linewatch/tables';

/** What presence-state needs of the line tables: so little that a test keeps it in memory. */
export type LineRows = Pick<LineTable, 'read' | 'readMany' | 'put' | 'putRebuilt' | 'index' | 'due' | 'ofEdge'>;
