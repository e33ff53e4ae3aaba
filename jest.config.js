/** Three prices of test: `unit` takes milliseconds, `int` a real NATS and Redis, `system` the whole of linewatch by socket. */
const base = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  moduleNameMapper: {
    '^@linewatch/kit$': '<rootDir>/test/kit/src/index.ts',
    '^@linewatch/([a-z]+)$': '<rootDir>/libs/$1/src/index.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.linewatch'],
};
const whole = { ...base, setupFilesAfterEnv: ['<rootDir>/test/kit/src/system.setup.ts'] };
module.exports = {
  // Tests against real servers share the cores with them.
  maxWorkers: '50%',
  // A test that hangs fails; one on a busy machine need not.
  testTimeout: 20_000,
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/{libs,services,test}/**/*.spec.ts'],
      testPathIgnorePatterns: ['\\.(int|system|peers)\\.spec\\.ts$', '/node_modules/'],
    },
    {
      ...base,
      displayName: 'int',
      testMatch: ['<rootDir>/{libs,services,test}/**/*.int.spec.ts'],
      globalSetup: '<rootDir>/test/kit/src/brokers.global.ts',
      globalTeardown: '<rootDir>/test/kit/src/brokers.teardown.ts',
    },
    { ...whole, displayName: 'system', testMatch: ['<rootDir>/test/**/*.system.spec.ts'] },
    { ...whole, displayName: 'peers', testMatch: ['<rootDir>/test/**/*.peers.spec.ts'] },
  ],
};
