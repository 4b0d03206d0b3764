import { expect, test } from '@jest/globals';
import { sandboxCommand } from './sandbox.ts';

// That it serves and prints its configuration: src/sandbox/start-sandbox.test.ts.
test.each(['x', '65533', '-1', ''])('rejects the port "%s", with exit status 2', async (port) => {
  const host = { startGateway: () => Promise.resolve() };
  await expect(sandboxCommand.run([`--port=${port}`], host)).rejects.toMatchObject({
    message: `the port must be a whole number from 0 to 65532: ${port}`,
    exitStatus: 2,
  });
});
