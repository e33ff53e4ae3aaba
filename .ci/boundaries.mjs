/** Proves that lint still rejects what the design forbids: the deliberate violations below must each be an error. */
import { ESLint } from 'eslint';

const violations = [
  { file: 'libs/presence/src/violation.ts', code: "import { connect } from 'nats';\nexport { connect };\n" },
  {
    file: 'libs/presence/src/violation.ts',
    code: "import { createSocket } from 'node:dgram';\nexport { createSocket };\n",
  },
  {
    file: 'libs/call/src/violation.ts',
    code: "import { makeSubjects } from '@linewatch/bus';\nexport { makeSubjects };\n",
  },
  {
    file: 'libs/edge/src/violation.ts',
    code: "import { parseUri } from '@linewatch/sip';\nexport { parseUri };\n",
  },
  {
    file: 'libs/edge/src/violation.ts',
    code: "import { Injectable } from '@nestjs/common';\nexport { Injectable };\n",
  },
];

const eslint = new ESLint({ cwd: process.cwd() });
for (const { file, code } of violations) {
  const [result] = await eslint.lintText(code, { filePath: file });
  const rules = result.messages.map((message) => message.ruleId);
  if (!rules.some((rule) => rule === '@nx/enforce-module-boundaries' || rule === 'no-restricted-imports')) {
    console.error(`lint did not reject this in ${file}:\n${code}it said: ${JSON.stringify(rules)}`);
    process.exit(1);
  }
}
console.log(`${violations.length} deliberate violations rejected`);
