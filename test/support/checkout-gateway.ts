import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A gateway in a separate process that uses its sandbox. */
export interface CheckoutGateway {
  readonly query: (document: string, variables: object) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/** Starts the gateway from the sources in a folder. */
export async function startGatewayFrom(folder: string): Promise<CheckoutGateway> {
  const { SWITCHBOARD_CONFIG: _, ...env } = process.env;
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: folder,
    env: { ...env, PORT: '0', HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const firstLine = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const exitedEarly = exited.then(() => Promise.reject(new Error(`the gateway did not start: ${output}`)));
  const [line] = await Promise.race([firstLine, exitedEarly]);
  exitedEarly.catch(() => undefined);
  const { url } = JSON.parse(line) as { url: string };
  return {
    async query(query, variables) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return response.json();
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
