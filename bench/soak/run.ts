/** `npm run soak`: one process in accelerated time. `npm run soak -- fleet`: three processes, one Redis, in real time. */
const [, , mode] = process.argv;
if (mode === 'fleet') await import('./fleet/soak.ts');
else await import('./one-process.ts');
