import { endWhileStarting } from './server/end-while-starting.ts';

// Before all else is even loaded, which takes longest of all that happens at the start.
const begun = endWhileStarting(process);
const { serve } = await import('./serve.ts');
await serve(begun);
