/** `npm run build`: every program as one file in `dist/`. */
import { bundle } from './bundle.mjs';
import { installDependencies } from './install.mjs';
import { allEntries } from './services.mjs';

try {
  installDependencies((line) => console.error(`npm run build: ${line}`));
  const files = await bundle(allEntries());
  for (const file of Object.values(files)) console.log(file);
} catch (error) {
  console.error(`npm run build: ${error.message}`);
  process.exit(1);
}
