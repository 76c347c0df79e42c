export interface Finding {
  readonly check: string
  readonly status: 'pass' | 'warn' | 'fail'
  readonly detail: string
  readonly remedy?: string
}
