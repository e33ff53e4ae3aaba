/** `npm run load:abuse`: how much later lamps are while phones loop, or thousands of connections are held. */
import { readAbuseOptions, usage } from './abuse-options';
import { tableOfAbuse } from './abuse-report';
import { everybodyOf, runAbuse } from './abuse-run';
import { becameAbuser, startAbuser } from './abuser-process';
import { configurationOf } from './plan';
import { runTool } from './tool';

if (!becameAbuser(process.argv.slice(2))) {
  runTool({
    usage,
    readOptions: readAbuseOptions,
    configurationOf: (options, sipPort = 5060) => configurationOf(everybodyOf(options).all, sipPort),
    run: (options, system, tell) => {
      if (!system) throw new Error('load:abuse runs against a private linewatch');
      return runAbuse(options, system, (abuse, target) => startAbuser(abuse, options, target), tell);
    },
    tableOf: tableOfAbuse,
  });
}
