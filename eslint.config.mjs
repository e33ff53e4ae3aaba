import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const nest = ['@nestjs/*', 'rxjs', 'reflect-metadata'];
const nats = ['nats', '@nats-io/*'];
const redis = ['ioredis'];

/** Who may import whom; design: services import libraries, never a service; `sip` and `sccp` never meet. */
const depConstraints = [
  { sourceTag: 'core:sip', onlyDependOnLibsWithTags: [], bannedExternalImports: [...nest, ...nats, ...redis] },
  { sourceTag: 'core:sccp', onlyDependOnLibsWithTags: [], bannedExternalImports: [...nest, ...nats, ...redis] },
  { sourceTag: 'core:presence', onlyDependOnLibsWithTags: [], bannedExternalImports: [...nest, ...nats, ...redis] },
  { sourceTag: 'core:config', onlyDependOnLibsWithTags: [], bannedExternalImports: [...nest, ...nats, ...redis] },
  {
    sourceTag: 'core:call',
    onlyDependOnLibsWithTags: ['core:presence'],
    bannedExternalImports: [...nest, ...nats, ...redis],
  },
  {
    sourceTag: 'shell:bus',
    onlyDependOnLibsWithTags: ['core:presence', 'test:kit'],
    bannedExternalImports: [...nest, ...redis],
  },
  {
    sourceTag: 'shell:tables',
    onlyDependOnLibsWithTags: ['core:presence', 'test:kit'],
    bannedExternalImports: [...nest, ...nats],
  },
  {
    sourceTag: 'shell:runtime',
    onlyDependOnLibsWithTags: ['shell:bus', 'core:config', 'core:presence', 'test:kit'],
    bannedExternalImports: [...nats, ...redis],
  },
  {
    // What every kind of edge shares: no protocol of phones.
    sourceTag: 'shell:edge',
    onlyDependOnLibsWithTags: [
      'shell:bus',
      'shell:tables',
      'shell:runtime',
      'core:call',
      'core:config',
      'core:presence',
      'test:kit',
    ],
    bannedExternalImports: [...nest, ...nats, ...redis],
  },
  {
    sourceTag: 'service',
    onlyDependOnLibsWithTags: [
      'core:sip',
      'core:sccp',
      'core:presence',
      'core:config',
      'core:call',
      'shell:bus',
      'shell:tables',
      'shell:runtime',
      'shell:edge',
      'test:kit',
    ],
    bannedExternalImports: [...nats, ...redis],
  },
  {
    sourceTag: 'test:kit',
    onlyDependOnLibsWithTags: ['core:sip', 'core:sccp'],
    bannedExternalImports: [...nest, ...nats, ...redis],
  },
  { sourceTag: 'test', onlyDependOnLibsWithTags: ['*'] },
];

export default tseslint.config(
  { ignores: ['**/node_modules', 'dist', '.nx', '.linewatch', '**/testdata/**'] },
  ...tseslint.configs.recommended,
  prettier,
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: false, allow: [], depConstraints }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      eqeqeq: 'error',
    },
  },
  {
    // The core is pure: no clock, no randomness, no socket, no process [design law 9].
    files: ['libs/{sip,sccp,presence,config,call}/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.contract.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(node:)?(net|dgram|tls|fs|http|https|child_process|timers|process|os|dns|worker_threads)(/.*)?$',
              message: 'The core is pure: no sockets, files or processes here.',
            },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'setImmediate', 'process'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'The core is pure: time is passed in.' },
        { object: 'Math', property: 'random', message: 'The core is pure: randomness is passed in.' },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
