import { exitOnSignalDuringStartup } from './startup/startup-signals.ts';

// Registered before the app is imported: loading its modules is the slowest part of start-up.
const startupComplete = exitOnSignalDuringStartup(process);
const { runGateway } = await import('./composition/gateway.ts');
await runGateway(startupComplete);
