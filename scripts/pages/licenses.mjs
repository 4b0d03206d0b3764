import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The licence texts of all packages that the bundle's inputs (paths relative to the folder `source`) come from. */
export async function licensesOf(source, inputs) {
  const packages = new Set(
    inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  const namesByText = new Map();
  for (const folder of [...packages].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(source, folder, 'package.json'), 'utf8'));
    const file = (await readdir(join(source, folder))).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file
      ? (await readFile(join(source, folder, file), 'utf8')).replaceAll('\r\n', '\n').trim()
      : `License: ${license}`;
    namesByText.set(text, [...(namesByText.get(text) ?? []), `${name} ${version}`]);
  }
  const sections = [...namesByText].map(([text, names]) => `${names.join(', ')}\n\n${text}\n`);
  return `This folder holds code of the following packages.\n\n${sections.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
