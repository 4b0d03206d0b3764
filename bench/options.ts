export interface BenchOptions {
  /** How often each candidate is measured, in interleaved rounds. */
  readonly rounds: number;
  /** How long a measurement under load takes. */
  readonly seconds: number;
  /** Whether to include the measurements that take minutes and gigabytes. */
  readonly large: boolean;
  /** Reports the step that starts now, because benchmarks take minutes. */
  readonly progress: (step: string) => void;
}
