import { openDiskFile } from '../../src/cache/disk-file.ts';

// A process that writes entries to a file, and is killed in the midst of a transaction that is larger than SQLite's page cache, so
// that a part of it is in the file already. A value is its key, many times.
const ENTRIES = 5000;
const [, , path = '', transactions = '0'] = process.argv;
const { database, movedTo } = openDiskFile(path, 33_554_432);
if (movedTo !== null) throw new Error(`the file was damaged: ${movedTo}`);

const now = Date.now();
const times = { fetchedAt: now, freshUntil: now + 86_400_000, expiresAt: now + 86_400_000 };

function rowsOf(transaction: number, length: number) {
  // Spread over the file, as hashes of keys are.
  const keys = Array.from({ length }, (_, index) => `key ${((transaction * length + index) * 977) % ENTRIES}`);
  return keys.map((key) => ({ key, entry: { value: key.repeat(300), ...times } }));
}

for (let transaction = 0; transaction < Number(transactions); transaction++) {
  database.write(rowsOf(transaction, 100), now);
  database.tidy(now);
}
const killer = { toJSON: () => process.kill(process.pid, 'SIGKILL') };
database.write([...rowsOf(Number(transactions), 2500), { key: 'last', entry: { value: killer, ...times } }], now);
