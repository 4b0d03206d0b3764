import { exitOnSignalDuringStartup } from './startup/startup-signals.ts';

// Before all else is even loaded, which takes longest of all that happens at the start.
const startupComplete = exitOnSignalDuringStartup(process);
const { runGateway } = await import('./startup/run-gateway.ts');
await runGateway(startupComplete);
