import { readConfig } from '../config/resolve.ts';
import { describeProblem } from '../config/problem.ts';
import { vendors } from '../vendors/index.ts';

const [file, ...rest] = process.argv.slice(2);

if (file === undefined || rest.length > 0) {
  console.error('Usage: npm run check-config -- FILE');
  process.exitCode = 2;
} else {
  const loaded = readConfig(file, process.env, process.cwd(), vendors);
  if (loaded.ok) {
    const { accounts, agents, auth } = loaded.config;
    const callers = auth ? 'callers must prove who they are' : 'anybody on this machine may ask';
    console.log(`${file}: fine (${count(accounts, 'account')}, ${count(agents, 'agent')}; ${callers})`);
  } else {
    for (const problem of loaded.problems) console.log(describeProblem(problem));
    process.exitCode = 1;
  }
}

function count(things: readonly unknown[], noun: string): string {
  return `${things.length} ${noun}${things.length === 1 ? '' : 's'}`;
}
