export interface BenchOptions {
  /** How often each rival is measured, in turns. */
  readonly rounds: number;
  /** Whether to add what takes minutes and gigabytes. */
  readonly large: boolean;
  /** Told what begins now: benches take minutes. */
  readonly progress: (step: string) => void;
}
