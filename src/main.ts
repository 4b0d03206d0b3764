import { exitOnSignalDuringStartup } from './startup/startup-signals.mjs';

// Before graphql-js is imported: without it, each check of a type also looks for a second copy of graphql-js.
process.env.NODE_ENV ??= 'production';

// Registered before the app is imported: loading its modules is the slowest part of start-up.
const startupComplete = exitOnSignalDuringStartup(process);
const { runGateway } = await import('./composition/gateway.ts');
await runGateway(startupComplete);
