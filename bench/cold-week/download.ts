import { createGunzip } from 'node:zlib';
import pLimit from 'p-limit';
import { Agent, request } from 'undici';
import { ACCOUNT_ID, weekOf, WEEKS } from './files.ts';
import { type QueryCost } from './query-week.ts';

/** As many downloads at a time as the gateway's account has. */
const CONCURRENCY = 8;

interface FileList {
  readonly dataAccessFiles: { readonly file: readonly { readonly '@href': string }[] };
}

/** Downloads and inflates the files of each week; nothing is made of their bytes. */
async function downloadWeeks(vendorUrl: string): Promise<readonly QueryCost[]> {
  const dispatcher = new Agent({ connections: CONCURRENCY });
  const limit = pLimit(CONCURRENCY);
  const costs: QueryCost[] = [];
  for (const week of WEEKS) {
    const [cpuBefore, startedAt] = [process.cpuUsage(), performance.now()];
    const { from, to } = weekOf(week);
    const listPath = `/data_access_le/account/${ACCOUNT_ID}/le/agentActivity?startTime=${from}&endTime=${to}`;
    const list = await request(new URL(listPath, vendorUrl), { dispatcher });
    const { dataAccessFiles } = (await list.body.json()) as FileList;
    const sizes = await Promise.all(
      dataAccessFiles.file.map((file) =>
        limit(async () => {
          const { body } = await request(new URL(file['@href'], vendorUrl), { dispatcher });
          let bytes = 0;
          for await (const chunk of body.pipe(createGunzip())) bytes += (chunk as Buffer).length;
          return bytes;
        }),
      ),
    );
    const { user, system } = process.cpuUsage(cpuBefore);
    costs.push({
      cpuMs: (user + system) / 1000,
      wallMs: performance.now() - startedAt,
      maxRssBytes: process.resourceUsage().maxRSS * 1024,
      maxHoldMs: 0,
      response: String(sizes.reduce((sum, bytes) => sum + bytes, 0)),
    });
  }
  return costs;
}

process.once('message', (vendorUrl: string) => {
  void downloadWeeks(vendorUrl).then((costs) => {
    process.send?.(costs);
    process.disconnect?.();
    process.exit();
  });
});
