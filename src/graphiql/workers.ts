/** The editor's worker scripts by label; the build inserts the file names, which contain hashes. */
declare const WORKER_FILES: Readonly<Record<'editor' | 'json' | 'graphql', string>>;

// The editor reads this global. Its ready-made set-ups are for other bundlers or load from another host.
window.MonacoEnvironment = {
  getWorker: (_id, label) => {
    const file = label === 'json' || label === 'graphql' ? WORKER_FILES[label] : WORKER_FILES.editor;
    return new Worker(new URL(file, import.meta.url), { type: 'module', name: label });
  },
};

export {};
