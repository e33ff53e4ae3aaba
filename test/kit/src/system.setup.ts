/** Whole systems start, are killed and recover within a test: seconds, not milliseconds. */
jest.setTimeout(120_000);
