import type { Generation, LineTable } from '@linewatch/tables';

/** What presence-state needs of the line tables: so little that a test keeps it in memory. */
export type LineRows = Pick<
  LineTable,
  'read' | 'readMany' | 'put' | 'putRebuilt' | 'index' | 'due' | 'nextDue' | 'ofEdge' | 'all'
>;

/** What says whether the rows and indexes of all lines are there, or were lost and must be made anew. */
export type LineGeneration = Pick<Generation, 'current' | 'beginRebuild' | 'renew' | 'finishRebuild'>;
