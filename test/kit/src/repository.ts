import { resolve } from 'node:path';

/** The root folder of the clone these tests run in. */
export const repositoryRoot = resolve(__dirname, '..', '..', '..');
