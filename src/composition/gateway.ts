import { startGateway } from '../startup/start-gateway.ts';
import { vendors } from '../vendors/index.ts';
import { createApp } from './app.ts';

/** Starts the gateway of this process, with the registry's vendors; see `startGateway`. */
export function runGateway(startupComplete: () => void): Promise<void> {
  return startGateway({ createApp, vendors, startupComplete });
}
