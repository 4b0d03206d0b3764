/** The address of each fake vendor, by the vendor's key. */
export type SandboxAddresses = Readonly<Record<string, string>>;

/** A person with an account at each vendor that has people. */
const EXAMPLE_AGENT = 'jane.doe@harbourline.example';

/** Returns the addresses of the fake vendors, and commands that show what one can do with them. */
export function formatSandboxHints(addresses: SandboxAddresses): string {
  const urls = Object.entries(addresses);
  const url = addresses.kore ?? urls[0]?.[1] ?? '';
  const rows = urls.map(([vendor, address]) => `  ${vendor.padEnd(12)}${address}`);
  return `The vendors of the sandbox:

${rows.join('\n')}

Change an agent's status for ten minutes, make a vendor fail, end that, and list its calls (more in docs/sandbox.md):

  curl ${url}/__sandbox/agents/${EXAMPLE_AGENT}/status -d '{"status": "away"}'
  curl ${url}/__sandbox/faults -d '{"status": 503}'
  curl ${url}/__sandbox/faults -X DELETE
  curl ${url}/__sandbox/calls
`;
}
