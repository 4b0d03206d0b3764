import { defineCommand } from './command.ts';
import { EXIT_STATUS, UsageError } from './exit-status.ts';

const MAX_PORT = 65_535;

export const startCommand = defineCommand({
  name: 'start',
  usage: '[--config FILE] [--host HOST] [--port PORT]',
  description: `Runs the gateway. Without --config it is configured by SWITCHBOARD_CONFIG, or by switchboard.yaml in the working folder;
where neither is there, it runs over a built-in sandbox of all vendors.`,
  options: {
    config: { type: 'string', value: 'FILE', help: 'the configuration, as SWITCHBOARD_CONFIG' },
    host: { type: 'string', value: 'HOST', help: 'the address to listen on, as HOST; overrides the configuration' },
    port: {
      type: 'string',
      value: 'PORT',
      help: 'the port to listen on, as PORT; 0 for a free one; overrides the configuration',
    },
  },
  exitStatus:
    '0 stopped by a signal with every request answered, 1 the configuration or the address is wrong, 2 wrong arguments.',
  async run({ values: { config, host, port } }, { startGateway }) {
    if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= MAX_PORT)) {
      throw new UsageError(`--port must be a whole number from 0 to ${MAX_PORT}: ${port}`);
    }
    // Workers, which are processes of their own, inherit the environment.
    Object.assign(process.env, {
      ...(config !== undefined && { SWITCHBOARD_CONFIG: config }),
      ...(host !== undefined && { HOST: host }),
      ...(port !== undefined && { PORT: port }),
    });
    await startGateway();
    return EXIT_STATUS.ok;
  },
});
