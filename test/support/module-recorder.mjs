// Preloaded by tests: appends the URL of every module that the process loads to a file.
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(process.env.RECORDED_MODULES, `${url}\n`);
    return nextLoad(url, context);
  },
});
