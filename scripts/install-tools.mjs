// node scripts/install-tools.mjs FOLDER: installs the tools of the npm package in FOLDER, if they are missing or outdated.
import { resolve } from 'node:path';
import { installTools } from './tool-package.mjs';

installTools(resolve(process.argv[2] ?? '.'));
