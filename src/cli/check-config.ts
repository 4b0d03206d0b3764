import { formatConfigError } from '../config/config-error.ts';
import { readConfigFile } from '../config/find-config.ts';
import { vendors } from '../vendors/index.ts';

const [file, ...rest] = process.argv.slice(2);

if (file === undefined || rest.length > 0) {
  console.error('Usage: npm run check-config -- FILE');
  process.exitCode = 2;
} else {
  const loaded = readConfigFile(file, process.env, process.cwd(), vendors);
  if (loaded.ok) {
    const { accounts, agents, auth } = loaded.config;
    const access = auth ? 'callers must authenticate' : 'no authentication, loopback only';
    console.log(`${file}: OK (${formatCount(accounts, 'account')}, ${formatCount(agents, 'agent')}; ${access})`);
  } else {
    for (const error of loaded.errors) console.log(formatConfigError(error));
    process.exitCode = 1;
  }
}

function formatCount(items: readonly unknown[], noun: string): string {
  return `${items.length} ${noun}${items.length === 1 ? '' : 's'}`;
}
