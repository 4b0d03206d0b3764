/** The editor's background scripts by label; the build writes in the file names, which carry hashes. */
declare const WORKER_FILES: Readonly<Record<'editor' | 'json' | 'graphql', string>>;

declare global {
  interface Window {
    MonacoEnvironment?: { getWorker(id: string, label: string): Worker };
  }
}

// The editor looks for this global. Its ready-made set-ups are for other bundlers or load from elsewhere.
window.MonacoEnvironment = {
  getWorker: (_id, label) => {
    const file = label === 'json' || label === 'graphql' ? WORKER_FILES[label] : WORKER_FILES.editor;
    return new Worker(new URL(file, import.meta.url), { type: 'module', name: label });
  },
};

export {};
