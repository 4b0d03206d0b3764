import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A gateway in a separate process, which uses its sandbox unless it is configured. */
export interface CheckoutGateway {
  readonly url: string;
  readonly query: (document: string, variables: object) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/** Starts the gateway from the sources in a folder, with further environment variables. */
export async function startGatewayFrom(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<CheckoutGateway> {
  const { SWITCHBOARD_CONFIG: _, ...env } = process.env;
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: folder,
    env: { ...env, PORT: '0', HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const serving = new Promise<string>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const { url } = JSON.parse(line) as { readonly url?: string };
      if (url !== undefined) resolve(url);
    });
  });
  const exitedEarly = exited.then(() => Promise.reject(new Error(`the gateway did not start: ${output}`)));
  const url = await Promise.race([serving, exitedEarly]);
  exitedEarly.catch(() => undefined);
  return {
    url,
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
